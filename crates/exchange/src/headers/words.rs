//! The words: sheet names, labels, synonyms, and a sentence for whoever fills in the template.

use lianmeng_domain::draft::{DraftKind, Field};

/// The name of the sheet for `kind` in a template.
pub fn sheet_name(kind: DraftKind) -> &'static str {
    sheet_names(kind).first().copied().unwrap_or_default()
}

/// Names under which sheets and files of `kind` go.
pub(super) const fn sheet_names(kind: DraftKind) -> &'static [&'static str] {
    match kind {
        DraftKind::Zone => &["功能区", "zones", "zone", "园区"],
        DraftKind::Industry => &["行业", "industries", "industry", "行业分类", "行业代码"],
        DraftKind::Enterprise => &[
            "企业",
            "enterprises",
            "enterprise",
            "companies",
            "企业名单",
            "企业名录",
            "企业信息",
            "企业库",
        ],
        DraftKind::Organisation => {
            &["单位", "organisations", "organizations", "其他单位", "委员单位名录", "机构"]
        }
        DraftKind::PartyOrganisation => &["党组织", "party_organisations", "party_organizations"],
        DraftKind::Product => &["产品", "products", "product", "产品目录"],
        DraftKind::ProductEdge => &["产品关系", "product_edges", "上下游关系", "产品上下游"],
        DraftKind::EnterpriseProduct => {
            &["企业产品", "enterprise_products", "company_products", "company_product", "主营产品"]
        }
        DraftKind::SupplyEdge => &["供应关系", "supply_edges", "supply", "供应链关系", "供需关系"],
        DraftKind::Chain => &["产业链", "chains", "industrial_chains"],
        DraftKind::Segment => &["环节", "segments", "chain_segments", "产业链环节", "链条环节"],
        DraftKind::Placement => &["企业环节", "placements", "链上企业"],
        DraftKind::Committee => &["产业链党委", "committees", "chain_committees", "党委"],
        DraftKind::Seat => &["委员席位", "seats", "委员单位", "席位"],
        DraftKind::Alliance => &["党建联盟", "alliances", "联盟"],
        DraftKind::Need => &["需求", "needs", "企业需求", "诉求", "需求清单"],
        DraftKind::Offer => &["供给", "offers", "资源", "资源清单", "供给清单"],
        DraftKind::Project => &["项目", "projects", "项目清单"],
        DraftKind::Task => &["对接任务", "tasks", "对接任务清单", "任务清单", "央地合作任务"],
        DraftKind::Partner => &["联盟成员", "partners", "alliance_partners", "联盟成员单位"],
    }
}

/// Columns of a list of `kind` that say what follows from the others.
pub(super) fn shown_only(kind: DraftKind) -> &'static [&'static str] {
    if kind == DraftKind::Task {
        &["序号", "灯", "得分", "理由", "人工确定"]
    } else {
        &[]
    }
}

/// The header of `field` in the template's sheet for `kind`.
pub fn label(kind: DraftKind, field: Field) -> &'static str {
    of_kind(kind, field).first().or_else(|| general(field).first()).copied().unwrap_or(field.word())
}

/// Headers that mean `field` only on sheets of `kind`.
pub(super) const fn of_kind(kind: DraftKind, field: Field) -> &'static [&'static str] {
    use DraftKind as K;
    match (kind, field) {
        (K::Enterprise, Field::Name) => &[
            "企业名称",
            "名称",
            "单位名称",
            "公司名称",
            "企业全称",
            "公司全称",
            "company name",
            "enterprise name",
            "company",
            "法定名称",
        ],
        (K::Enterprise, Field::ShortName) => &["企业简称", "简称", "公司简称", "证券简称"],
        (K::Enterprise, Field::Parent) => &[
            "母公司",
            "上级企业",
            "所属集团",
            "集团",
            "控股股东",
            "上级单位",
            "parent company",
            "group",
        ],
        (K::Zone, Field::Name) => &["功能区名称", "名称", "园区名称", "zone name"],
        (K::Industry, Field::Name) => &["行业名称", "名称"],
        (K::Organisation, Field::Name) => &["单位名称", "名称", "机构名称", "organisation name"],
        (K::PartyOrganisation, Field::Name) => &["党组织名称", "名称"],
        (K::PartyOrganisation, Field::Parent) => &["上级党组织", "上级", "隶属"],
        (K::PartyOrganisation, Field::Enterprise) => &["所在企业", "企业", "企业名称"],
        (K::PartyOrganisation, Field::Organisation) => &["所在单位", "单位", "单位名称"],
        (K::Product, Field::Name) => &["产品名称", "名称", "产品", "product name"],
        (K::Product, Field::ExternalId) => &["产品编号", "编号", "产品代码", "product id", "id"],
        (K::Chain, Field::Name) => &["产业链名称", "名称", "产业链", "chain name"],
        (K::Segment, Field::Name) => &["环节名称", "环节", "名称", "segment name"],
        (K::Segment, Field::Products) => &["代表产品", "产品", "产品编号"],
        (K::Committee, Field::Name) => &["党委名称", "产业链党委", "名称", "committee name"],
        (K::Alliance, Field::Name) => &["联盟名称", "党建联盟", "名称", "alliance name"],
        (K::Seat, Field::ValidFrom) => &["任期开始", "开始日期"],
        (K::Seat, Field::ValidTo) => &["任期结束", "结束日期"],
        (K::Seat, Field::Enterprise) => &["任职企业", "企业", "企业名称"],
        (K::Seat, Field::Organisation) => &["任职单位", "单位", "单位名称", "委员单位"],
        (K::Need, Field::Title) => &["需求标题", "标题", "需求名称"],
        (K::Need, Field::Body) => &["需求内容", "内容", "需求描述", "content"],
        (K::Need, Field::Summary) => &["公开摘要", "摘要"],
        (K::Need, Field::Region) => &["需求所在地区", "所在地区", "地区"],
        (K::Offer, Field::Title) => &["供给标题", "标题", "供给名称", "资源名称"],
        (K::Offer, Field::Body) => &["供给内容", "内容", "供给描述", "content"],
        (K::Offer, Field::Enterprise) => &["供给企业", "企业", "企业名称"],
        (K::Offer, Field::Organisation) => &["供给单位", "单位", "单位名称"],
        (K::Offer, Field::ValidTo) => &["有效期至", "结束日期"],
        (K::Project, Field::Name) => &["项目名称", "名称", "project name"],
        (K::Project, Field::Enterprise) => &["业主企业", "企业", "项目单位", "企业名称"],
        (K::Project, Field::Summary) => &["项目简介", "简介", "摘要"],
        (K::Task, Field::ExternalId) => &["编号", "任务编号"],
        (K::Task, Field::Lead) => &["牵头单位", "市属牵头单位", "owner"],
        (K::Task, Field::Project) => &["项目", "项目名称"],
        (K::Partner, Field::Organisation) => &["成员单位", "单位", "单位名称"],
        (K::Partner, Field::Enterprise) => &["成员企业", "企业", "企业名称"],
        _ => &[],
    }
}

/// Headers that mean `field` on every sheet that has it.
#[expect(clippy::too_many_lines, reason = "a table of words, one line a field")]
pub(super) const fn general(field: Field) -> &'static [&'static str] {
    match field {
        Field::CreditCode => &[
            "统一社会信用代码",
            "信用代码",
            "社会信用代码",
            "credit code",
            "uscc",
            "unified social credit code",
        ],
        Field::ExternalId => {
            &["外部编号", "编号", "证券代码", "股票代码", "id", "external id", "企业编号"]
        }
        Field::Name => &["名称", "name"],
        Field::ShortName => &["简称", "short name"],
        Field::Aliases => &["别名", "曾用名", "其他名称", "alias", "aliases"],
        Field::Ownership => {
            &["企业性质", "所有制", "性质", "企业类型", "经济类型", "ownership", "owner type"]
        }
        Field::Controller => &["实际控制人", "actual controller", "controller"],
        Field::Parent => &["上级", "parent"],
        Field::Province => &["省份", "省", "所在省", "province"],
        Field::City => &["城市", "市", "所在市", "地市", "city"],
        Field::Region => &[
            "所在地区",
            "所在地",
            "属地",
            "地区",
            "区域",
            "所在区县",
            "区县",
            "行政区划",
            "行政区划代码",
            "region",
            "district",
            "area",
        ],
        Field::Regions => &["涉及地区", "涉及行政区", "地区", "regions", "districts"],
        Field::Zone => &["功能区", "园区", "开发区", "zone"],
        Field::IndustryScheme => &["行业分类标准", "分类标准", "scheme", "industry scheme"],
        Field::Industry => &["行业", "行业代码", "所属行业", "industry", "industry code"],
        Field::Code => &["代码", "行业代码", "code"],
        Field::ParentCode => &["上级代码", "父级代码", "parent code"],
        Field::IndustryLevel => &["层级", "级别", "level"],
        Field::Tiers => &["企业资质", "资质", "梯度", "称号", "tiers"],
        Field::IsLeadFirm => &["链主企业", "链主", "是否链主", "是否链主企业", "lead firm"],
        Field::IsFlagship => &["龙头企业", "龙头", "是否龙头", "是否龙头企业", "flagship"],
        Field::IsAboveScale => &["规上企业", "规上", "是否规上", "规模以上", "above scale"],
        Field::IsExample => &["示例", "是否示例", "example"],
        Field::OrganisationKind => &["单位类别", "单位类型", "类别", "类型", "kind", "type"],
        Field::Services => &["可提供的服务", "服务内容", "服务", "职能", "services"],
        Field::PartyLevel => &["党组织类型", "党组织类别", "类型", "level"],
        Field::Enterprise => {
            &["企业", "企业名称", "公司", "enterprise", "company", "company id", "enterprise id"]
        }
        Field::Organisation => &["单位", "单位名称", "organisation", "organization"],
        Field::Product => &["产品", "产品编号", "产品名称", "product", "product id"],
        Field::Products => &["产品", "代表产品", "products"],
        Field::From => &["产品甲", "起点产品", "from", "from product", "from id"],
        Field::To => &["产品乙", "终点产品", "to", "to product", "to id"],
        Field::Relation => &["关系", "关系类型", "甲对乙的关系", "kind", "relation"],
        Field::ProductRole => &["产销角色", "角色", "role"],
        Field::Share => &["占比", "营收占比", "比例", "share"],
        Field::Supplier => &["供应方", "供应商", "上游企业", "supplier"],
        Field::Buyer => &["采购方", "客户", "下游企业", "buyer"],
        Field::Source => &["来源", "信息来源", "source"],
        Field::Confidence => &["可信度", "置信度", "confidence"],
        Field::ValidFrom => &["开始日期", "起始日期", "valid from", "from on", "from date"],
        Field::ValidTo => &["结束日期", "截止日期", "valid to", "until on", "to date"],
        Field::IsDisputed => &["有争议", "是否有争议", "disputed"],
        Field::Tags => &["标签", "tags"],
        Field::Chain => &["产业链", "所属产业链", "产业链名称", "chain"],
        Field::Reach => &["上中下游", "位置", "reach"],
        Field::Position => &["顺序", "序号", "position"],
        Field::Segment => &["环节", "环节名称", "segment"],
        Field::Segments => &["覆盖环节", "环节", "segments"],
        Field::IsConfirmed => &["已确认", "是否确认", "confirmed"],
        Field::Committee => &["产业链党委", "党委", "所属党委", "党委名称", "committee"],
        Field::CommitteeForm => &["党委形式", "形式", "form"],
        Field::SeatKind => &["席位类别", "类别", "席位类型", "kind"],
        Field::Alliance => &["党建联盟", "联盟", "联盟名称", "alliance"],
        Field::Lead => &["牵头企业", "牵头单位", "lead"],
        Field::Title => &["标题", "title"],
        Field::Body => &["内容", "body", "content", "description"],
        Field::Summary => &["摘要", "summary"],
        Field::NeedKind => &["需求类别", "类别", "类型", "kind"],
        Field::OfferKind => &["供给类别", "类别", "类型", "kind"],
        Field::Capacity => &["可用数量", "数量", "capacity"],
        Field::Unit => &["计量单位", "unit"],
        Field::IsPublished => &["公开", "是否公开", "published"],
        Field::Domain => &["领域", "任务领域", "domain"],
        Field::Investment => &["投资额", "总投资", "计划投资", "investment"],
        Field::ProjectStage => &["项目阶段", "阶段", "进展", "stage"],
        Field::Project => &["项目", "项目名称", "project"],
        Field::Counterpart => &["对接央企", "央企", "对接单位", "counterpart"],
        Field::DueOn => &["截止日期", "完成时限", "due on", "due date"],
        Field::TaskStage => &["进度", "任务阶段", "阶段", "progress", "stage"],
    }
}

/// A sentence for whoever fills in `field`; empty where the label says it all.
pub const fn note(field: Field) -> &'static str {
    match field {
        Field::CreditCode => "18 位，列格式请设为文本。企业须有信用代码或外部编号之一",
        Field::ExternalId => "来源系统中的编号，同类中唯一；产品必填",
        Field::Name => "全称，原样保留",
        Field::Aliases | Field::Tags => "多个用顿号或分号分开",
        Field::Ownership => "地方国企请选省属、市属或区属",
        Field::Controller => "只在性质为「地方国企」时用于判断省属、市属还是区属",
        Field::Parent => "填上级的信用代码、外部编号或全称；不可成环",
        Field::Province | Field::City => "用于区分同名区县，如「通州区」须注明北京市或南通市",
        Field::Region => "六位区划代码，或名称；可写「南通市通州区」",
        Field::Regions => "六位区划代码或名称，多个用顿号分开",
        Field::Zone => "功能区名称，须已登记或在「功能区」表中",
        Field::Industry => "国民经济行业代码如 C1771，或行业全称",
        Field::IndustryScheme => "不填为国民经济行业分类",
        Field::IndustryLevel => "1 为最宽，不填为 1",
        Field::Tiers => "多个用顿号分开：专精特新、小巨人、单项冠军",
        Field::Enterprise | Field::Lead | Field::Supplier | Field::Buyer | Field::Counterpart => {
            "信用代码、外部编号或全称"
        }
        Field::Organisation => "外部编号或全称；企业与单位只填其一",
        Field::Product | Field::From | Field::To => "产品编号，或唯一的产品名称",
        Field::Products => "产品编号，或唯一的产品名称；多个用顿号分开",
        Field::Relation => "甲对乙：甲是乙的原料、甲制成乙、甲属于乙、甲用乙作原料、甲包括乙",
        Field::ProductRole => "不填为生产",
        Field::Share => "0 到 1 的小数，或百分数如 35%；不知道就不填",
        Field::Confidence => "0 到 1 的小数，或百分数；不填为 100%",
        Field::Project => "项目的外部编号或全称",
        Field::ValidFrom | Field::ValidTo | Field::DueOn => "日期，如 2026-03-01",
        Field::Source => "谁说的：年报、走访、平台等；不填为文件名",
        Field::Position => "从 1 开始，由上游到下游；不填按行序",
        Field::Segment => "该产业链上的环节名称",
        Field::Segments => "联盟覆盖的环节，多个用顿号分开",
        Field::IsConfirmed => "不填为是",
        Field::IsExample => "虚构的示例填是",
        Field::Alliance => "联盟名称；重名时请填所属党委",
        Field::Title => "不超过 200 字",
        Field::Body => "需求内容只有当事各方可见；不填以标题代替",
        Field::Capacity => "整数；不填为不限",
        Field::Unit => "可用数量的单位，如床位、平方米",
        Field::Domain => "任务清单的领域，如智能制造",
        Field::Investment => "元；可写 6.3亿 或 500万，表头写明（万元）（亿元）也可",
        Field::IsPublished => "不填为否",
        Field::ShortName
        | Field::Summary
        | Field::NeedKind
        | Field::OfferKind
        | Field::ProjectStage
        | Field::TaskStage
        | Field::Code
        | Field::ParentCode
        | Field::IsLeadFirm
        | Field::IsFlagship
        | Field::IsAboveScale
        | Field::OrganisationKind
        | Field::Services
        | Field::PartyLevel
        | Field::IsDisputed
        | Field::Chain
        | Field::Reach
        | Field::Committee
        | Field::CommitteeForm
        | Field::SeatKind => "",
    }
}
