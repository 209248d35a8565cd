//! The fields of drafts, and the words that may stand in those with a fixed vocabulary.

use crate::words;

words! {
    /// A field of a draft. One name for one meaning, whatever the sheet.
    pub enum Field {
        /// Credit code 统一社会信用代码.
        CreditCode = "credit_code",
        /// Key in the system the row comes from 外部编号.
        ExternalId = "external_id",
        /// Name 名称.
        Name = "name",
        /// Short name 简称.
        ShortName = "short_name",
        /// Other names, a list 别名.
        Aliases = "aliases",
        /// Owner class 企业性质.
        Ownership = "ownership",
        /// Who controls the enterprise 实际控制人; decides the level of a local state-owned one.
        Controller = "controller",
        /// The one above: parent enterprise or superior Party organisation 上级.
        Parent = "parent",
        /// Province 省.
        Province = "province",
        /// City 市.
        City = "city",
        /// Division, by code or name 所在地区.
        Region = "region",
        /// Divisions, a list 涉及地区.
        Regions = "regions",
        /// Functional zone 功能区.
        Zone = "zone",
        /// Classification of industries 行业分类标准.
        IndustryScheme = "industry_scheme",
        /// Industry, by code or name 行业.
        Industry = "industry",
        /// Code 代码.
        Code = "code",
        /// Code of the entry above 上级代码.
        ParentCode = "parent_code",
        /// Level in a classification 层级.
        IndustryLevel = "industry_level",
        /// Marks of quality, a list 企业资质.
        Tiers = "tiers",
        /// Whether it governs its chain 链主企业.
        IsLeadFirm = "is_lead_firm",
        /// Whether it is large in its trade 龙头企业.
        IsFlagship = "is_flagship",
        /// Whether it is above designated size 规上企业.
        IsAboveScale = "is_above_scale",
        /// Whether it is invented for demonstration 示例.
        IsExample = "is_example",
        /// Kind of an organisation 单位类别.
        OrganisationKind = "organisation_kind",
        /// What an organisation can do for enterprises 可提供的服务.
        Services = "services",
        /// Level of a Party organisation 党组织类型.
        PartyLevel = "party_level",
        /// Enterprise, by credit code, external id or exact name 企业.
        Enterprise = "enterprise",
        /// Organisation, by external id or exact name 单位.
        Organisation = "organisation",
        /// Product, by external id or exact name 产品.
        Product = "product",
        /// Products, a list 产品.
        Products = "products",
        /// First product of a relation 产品甲.
        From = "from",
        /// Second product of a relation 产品乙.
        To = "to",
        /// What the first product is to the second 关系.
        Relation = "relation",
        /// Makes or uses 产销角色.
        ProductRole = "product_role",
        /// Share of revenue or purchases 占比.
        Share = "share",
        /// Who supplies 供应方.
        Supplier = "supplier",
        /// Who buys 采购方.
        Buyer = "buyer",
        /// Who says so 来源.
        Source = "source",
        /// How sure 可信度.
        Confidence = "confidence",
        /// First day 开始日期.
        ValidFrom = "valid_from",
        /// Last day 结束日期.
        ValidTo = "valid_to",
        /// Whether it is disputed 有争议.
        IsDisputed = "is_disputed",
        /// Tags, a list 标签.
        Tags = "tags",
        /// Industrial chain 产业链.
        Chain = "chain",
        /// Where a segment lies 上中下游.
        Reach = "reach",
        /// Order along the chain 顺序.
        Position = "position",
        /// Chain segment 环节.
        Segment = "segment",
        /// Chain segments, a list 覆盖环节.
        Segments = "segments",
        /// Whether a person confirmed it 已确认.
        IsConfirmed = "is_confirmed",
        /// Chain committee 产业链党委.
        Committee = "committee",
        /// Form of a committee 党委形式.
        CommitteeForm = "committee_form",
        /// Kind of a seat 席位类别.
        SeatKind = "seat_kind",
        /// Alliance 党建联盟.
        Alliance = "alliance",
        /// Leading enterprise of an alliance 牵头企业.
        Lead = "lead",
        /// Title 标题.
        Title = "title",
        /// Text 内容.
        Body = "body",
        /// What everyone may read, or a short text 摘要.
        Summary = "summary",
        /// What a need asks for 需求类别.
        NeedKind = "need_kind",
        /// What is offered 供给类别.
        OfferKind = "offer_kind",
        /// How much there is 可用数量.
        Capacity = "capacity",
        /// What a quantity counts 计量单位.
        Unit = "unit",
        /// Whether everyone may read it 公开.
        IsPublished = "is_published",
        /// Domain of a task list 领域.
        Domain = "domain",
        /// Planned investment, in yuan unless header or cell says 万 or 亿 投资额.
        Investment = "investment",
        /// Where a project stands 项目阶段.
        ProjectStage = "project_stage",
        /// Project, by external id or exact name 项目.
        Project = "project",
        /// Central enterprise of a task 对接央企.
        Counterpart = "counterpart",
        /// Last day of a task 截止日期.
        DueOn = "due_on",
        /// Where a task stands 任务进度.
        TaskStage = "task_stage",
    }
}

/// A word of a fixed vocabulary: how it is stored, and how people write it, the first one best.
pub type Choice = (&'static str, &'static [&'static str]);

const YES_NO: &[Choice] = &[
    ("true", &["是", "有", "对", "√", "y", "yes", "true", "1"]),
    ("false", &["否", "无", "不是", "×", "n", "no", "false", "0"]),
];

const OWNERSHIP: &[Choice] = &[
    ("central_soe", &["央企", "中央企业", "中央国企", "中央国有企业", "中央"]),
    ("provincial_soe", &["省属国企", "省属国有企业", "省属国资", "省属企业", "省属"]),
    ("municipal_soe", &["市属国企", "市属国有企业", "地市国资", "市属企业", "市属", "地市国企"]),
    ("district_soe", &["区属国企", "区属国有企业", "区县国资", "区属企业", "县属国企", "区属"]),
    ("outside_soe", &["外地国企", "外地国有企业"]),
    (LOCAL_SOE, &["地方国企", "地方国有企业", "地方国资"]),
    ("private_firm", &["民营", "民营企业", "私营", "私营企业", "民企"]),
    ("foreign_firm", &["外资", "外资企业", "外商独资", "中外合资"]),
    ("other", &["其他", "其它"]),
];

/// Stands for a state-owned enterprise of some local level; who controls it says which.
pub const LOCAL_SOE: &str = "local_soe";

const INDUSTRY_SCHEME: &[Choice] = &[
    ("gbt4754_2017", &["国民经济行业分类", "国标", "GB/T 4754", "GB/T 4754-2017", "gbt4754"]),
    ("shenwan_2021", &["申万2021", "申万行业分类", "申万"]),
    ("imported", &["自定义", "导入"]),
];

const TIERS: &[Choice] = &[
    ("specialised_sme", &["专精特新", "专精特新中小企业"]),
    ("little_giant", &["小巨人", "专精特新小巨人", "小巨人企业"]),
    ("single_champion", &["单项冠军", "制造业单项冠军"]),
];

const ORGANISATION_KIND: &[Choice] = &[
    ("department", &["部门", "政府部门", "机关", "机关单位"]),
    ("chamber", &["商会", "协会", "行业协会"]),
    ("bank", &["金融机构", "银行"]),
    ("institute", &["科研院所", "高校", "大学", "研究院", "研究所"]),
];

const SEAT_KIND: &[Choice] = &[
    ("department", &["部门", "政府部门", "机关"]),
    ("leading_enterprise", &["龙头企业", "链主企业", "企业", "重点企业"]),
    ("chamber", &["商会", "协会", "行业协会"]),
    ("bank", &["金融机构", "银行"]),
    ("institute", &["科研院所", "高校", "大学", "研究院", "研究所"]),
];

const PARTY_LEVEL: &[Choice] = &[
    ("committee", &["党委"]),
    ("general_branch", &["党总支", "总支"]),
    ("branch", &["党支部", "支部"]),
];

const RELATION: &[Choice] = &[
    ("material_of", &["是原料", "原材料", "甲是乙的原料"]),
    ("made_into", &["制成", "甲制成乙", "下游产品"]),
    ("kind_of", &["属于", "甲是乙的一种", "子类"]),
    (HAS_MATERIAL, &["用料", "甲以乙为原料", "上游材料"]),
    (HAS_KIND, &["包括", "乙是甲的一种"]),
];

/// The second product is a material of the first: `material_of` read backwards.
pub const HAS_MATERIAL: &str = "has_material";
/// The second product is a kind of the first: `kind_of` read backwards.
pub const HAS_KIND: &str = "has_kind";

const PRODUCT_ROLE: &[Choice] =
    &[("makes", &["生产", "产出", "销售", "主营"]), ("uses", &["使用", "采购", "需要", "原料"])];

const REACH: &[Choice] =
    &[("upstream", &["上游"]), ("midstream", &["中游"]), ("downstream", &["下游"])];

const COMMITTEE_FORM: &[Choice] = &[
    ("joint", &["联合党委", "联合"]),
    ("comprehensive", &["综合党委", "综合"]),
    ("cluster", &["集群党委", "集群"]),
];

const NEED_KIND: &[Choice] = &[
    ("policy", &["政策咨询", "政策"]),
    ("approval", &["审批", "行政审批", "证照办理"]),
    ("space", &["用地用房", "用地", "用房", "空间"]),
    ("facilities", &["配套设施", "交通出行", "周边配套"]),
    ("talent", &["用工人才", "人才", "用工", "招聘"]),
    ("finance", &["融资", "资金", "金融"]),
    ("tech_breakthrough", &["技术攻关", "技术需求", "技术"]),
    ("supply", &["采购", "原料采购"]),
    ("market", &["市场订单", "市场", "订单", "市场开拓"]),
    ("scenario", &["应用场景", "场景"]),
    ("investment", &["合作投资", "投资", "合作"]),
    ("other", &["其他", "其它"]),
];

const OFFER_KIND: &[Choice] = &[
    ("product", &["产品"]),
    ("technology", &["技术成果", "技术", "专利"]),
    ("service", &["服务"]),
    ("finance", &["金融", "资金", "融资"]),
    ("space", &["空间", "用地用房", "场地"]),
    ("talent", &["人才", "培训"]),
    ("policy", &["政策"]),
    ("market", &["市场与场景", "市场", "场景", "应用场景"]),
    ("other", &["其他", "其它"]),
];

const PROJECT_STAGE: &[Choice] = &[
    ("planned", &["谋划", "在谈", "洽谈"]),
    ("signed", &["签约", "已签约"]),
    ("filed", &["备案", "已备案"]),
    ("started", &["开工", "在建", "已开工"]),
    ("investing", &["投资入账", "在投"]),
    ("completed", &["竣工", "已竣工"]),
    ("producing", &["投产", "已投产"]),
    ("terminated", &["终止", "已终止"]),
];

const TASK_STAGE: &[Choice] = &[
    ("open", &["待对接", "未启动"]),
    ("intent", &["合作意向", "意向"]),
    ("signing", &["签约", "已签约"]),
    ("launch", &["落地", "已落地"]),
    ("closed", &["办结", "已办结"]),
    ("dropped", &["终止", "已终止"]),
];

/// The vocabulary of `field`; empty where any text is fine.
pub const fn choices(field: Field) -> &'static [Choice] {
    match field {
        Field::IsLeadFirm
        | Field::IsFlagship
        | Field::IsAboveScale
        | Field::IsExample
        | Field::IsDisputed
        | Field::IsPublished
        | Field::IsConfirmed => YES_NO,
        Field::NeedKind => NEED_KIND,
        Field::OfferKind => OFFER_KIND,
        Field::ProjectStage => PROJECT_STAGE,
        Field::TaskStage => TASK_STAGE,
        Field::Ownership => OWNERSHIP,
        Field::IndustryScheme => INDUSTRY_SCHEME,
        Field::Tiers => TIERS,
        Field::OrganisationKind => ORGANISATION_KIND,
        Field::SeatKind => SEAT_KIND,
        Field::PartyLevel => PARTY_LEVEL,
        Field::Relation => RELATION,
        Field::ProductRole => PRODUCT_ROLE,
        Field::Reach => REACH,
        Field::CommitteeForm => COMMITTEE_FORM,
        Field::CreditCode
        | Field::ExternalId
        | Field::Name
        | Field::ShortName
        | Field::Aliases
        | Field::Controller
        | Field::Parent
        | Field::Province
        | Field::City
        | Field::Region
        | Field::Regions
        | Field::Zone
        | Field::Industry
        | Field::Code
        | Field::ParentCode
        | Field::IndustryLevel
        | Field::Services
        | Field::Enterprise
        | Field::Organisation
        | Field::Product
        | Field::Products
        | Field::From
        | Field::To
        | Field::Share
        | Field::Supplier
        | Field::Buyer
        | Field::Source
        | Field::Confidence
        | Field::ValidFrom
        | Field::ValidTo
        | Field::Tags
        | Field::Chain
        | Field::Position
        | Field::Segment
        | Field::Segments
        | Field::Committee
        | Field::Alliance
        | Field::Lead
        | Field::Title
        | Field::Body
        | Field::Summary
        | Field::Capacity
        | Field::Unit
        | Field::Domain
        | Field::Investment
        | Field::Project
        | Field::Counterpart
        | Field::DueOn => &[],
    }
}

/// The stored word for what people write in `field`; `None` if it is not in the vocabulary.
///
/// Width, traditional characters and capitals do not matter.
pub fn choice(field: Field, text: &str) -> Option<&'static str> {
    let choices = choices(field);
    if let Some((word, _)) =
        choices.iter().find(|(word, spellings)| *word == text || spellings.contains(&text))
    {
        return Some(word);
    }
    let key = crate::text::normalise(text);
    let found = choices.iter().find(|(word, spellings)| {
        *word == key || spellings.iter().any(|s| crate::text::normalise(s) == key)
    });
    found.map(|(word, _)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Reach;
    use crate::committee::{CommitteeForm, SeatKind};
    use crate::enterprise::{Ownership, QualityTier};
    use crate::industry::IndustryScheme;
    use crate::need::NeedKind;
    use crate::offer::OfferKind;
    use crate::organisation::OrganisationKind;
    use crate::party::PartyLevel;
    use crate::product::{ProductEdgeKind, ProductRole};
    use crate::project::ProjectStage;
    use crate::task::TaskStage;

    #[test]
    fn what_people_write_becomes_the_stored_word() {
        for (field, text, word) in [
            (Field::Ownership, "中央企业", Some("central_soe")),
            (Field::Ownership, "民營企業", Some("private_firm")),
            (Field::IsFlagship, "ＹＥＳ", Some("true")),
            (Field::IsFlagship, "也许", None),
            (Field::Reach, "上游", Some("upstream")),
            (Field::Name, "上游", None),
        ] {
            assert_eq!(choice(field, text), word, "{text}");
        }
    }

    #[test]
    fn every_stored_word_of_the_domain_can_be_written() {
        fn covers(field: Field, words: impl Iterator<Item = &'static str>) {
            for word in words {
                assert!(choices(field).iter().any(|(w, _)| *w == word), "{field} lacks {word}");
            }
        }
        covers(Field::Ownership, Ownership::ALL.iter().map(|w| w.word()));
        covers(Field::Tiers, QualityTier::ALL.iter().map(|w| w.word()));
        covers(Field::IndustryScheme, IndustryScheme::ALL.iter().map(|w| w.word()));
        covers(Field::OrganisationKind, OrganisationKind::ALL.iter().map(|w| w.word()));
        covers(Field::SeatKind, SeatKind::ALL.iter().map(|w| w.word()));
        covers(Field::PartyLevel, PartyLevel::ALL.iter().map(|w| w.word()));
        covers(Field::Relation, ProductEdgeKind::ALL.iter().map(|w| w.word()));
        covers(Field::ProductRole, ProductRole::ALL.iter().map(|w| w.word()));
        covers(Field::Reach, Reach::ALL.iter().map(|w| w.word()));
        covers(Field::CommitteeForm, CommitteeForm::ALL.iter().map(|w| w.word()));
        covers(Field::NeedKind, NeedKind::ALL.iter().map(|w| w.word()));
        covers(Field::OfferKind, OfferKind::ALL.iter().map(|w| w.word()));
        covers(Field::ProjectStage, ProjectStage::ALL.iter().map(|w| w.word()));
        covers(Field::TaskStage, TaskStage::ALL.iter().map(|w| w.word()));
        for stage in TaskStage::ALL {
            assert_eq!(choice(Field::TaskStage, stage.label_zh()), Some(stage.word()));
        }
    }

    #[test]
    fn no_spelling_stands_for_two_words() {
        for field in Field::ALL {
            let mut seen = std::collections::BTreeSet::new();
            for spelling in choices(*field).iter().flat_map(|(_, spellings)| *spellings) {
                assert!(seen.insert(crate::text::normalise(spelling)), "{field}: {spelling}");
            }
        }
    }
}
