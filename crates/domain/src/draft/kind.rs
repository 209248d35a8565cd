//! What a draft can be of, and which fields each has.

use super::Field;
use crate::words;

words! {
    /// What the rows of a sheet are, in the order in which an import saves them.
    pub enum DraftKind {
        /// Functional zone 功能区.
        Zone = "zones",
        /// Entry of a classification of industries 行业分类.
        Industry = "industries",
        /// Enterprise 企业.
        Enterprise = "enterprises",
        /// Department, chamber, bank or institute 其他单位.
        Organisation = "organisations",
        /// Party organisation 党组织.
        PartyOrganisation = "party_organisations",
        /// Product 产品.
        Product = "products",
        /// How one product hangs on another 产品关系.
        ProductEdge = "product_edges",
        /// What an enterprise makes or uses 企业产品.
        EnterpriseProduct = "enterprise_products",
        /// Observed supply edge 供应关系.
        SupplyEdge = "supply_edges",
        /// Industrial chain 产业链.
        Chain = "chains",
        /// Chain segment 链条环节.
        Segment = "segments",
        /// Place of an enterprise on a chain 企业环节.
        Placement = "placements",
        /// Chain committee 产业链党委.
        Committee = "committees",
        /// Seat on a committee 委员席位.
        Seat = "seats",
        /// Alliance 党建联盟.
        Alliance = "alliances",
        /// Partner of an alliance 联盟成员.
        Partner = "partners",
        /// Need of an enterprise 企业需求.
        Need = "needs",
        /// Offer 供给.
        Offer = "offers",
        /// Project 项目.
        Project = "projects",
        /// Cooperation task 对接任务.
        Task = "tasks",
    }
}

impl DraftKind {
    /// Its fields, in the order of the template.
    #[expect(clippy::too_many_lines, reason = "a table of fields, one line a field")]
    pub const fn fields(self) -> &'static [Field] {
        use Field as F;
        match self {
            Self::Zone => &[F::Name, F::Aliases, F::Regions, F::IsExample],
            Self::Industry => {
                &[F::IndustryScheme, F::Code, F::Name, F::IndustryLevel, F::ParentCode]
            }
            Self::Enterprise => &[
                F::CreditCode,
                F::ExternalId,
                F::Name,
                F::ShortName,
                F::Aliases,
                F::Ownership,
                F::Controller,
                F::Parent,
                F::Province,
                F::City,
                F::Region,
                F::Zone,
                F::IndustryScheme,
                F::Industry,
                F::Tiers,
                F::IsLeadFirm,
                F::IsFlagship,
                F::IsAboveScale,
                F::IsExample,
            ],
            Self::Organisation => &[
                F::ExternalId,
                F::Name,
                F::OrganisationKind,
                F::Province,
                F::City,
                F::Region,
                F::Zone,
                F::Services,
                F::IsExample,
            ],
            Self::PartyOrganisation => {
                &[F::ExternalId, F::Name, F::PartyLevel, F::Parent, F::Enterprise, F::Organisation]
            }
            Self::Product => &[F::ExternalId, F::Name],
            Self::ProductEdge => &[F::From, F::To, F::Relation],
            Self::EnterpriseProduct => &[F::Enterprise, F::Product, F::ProductRole, F::Share],
            Self::SupplyEdge => &[
                F::Supplier,
                F::Buyer,
                F::Product,
                F::Source,
                F::Confidence,
                F::ValidFrom,
                F::ValidTo,
                F::IsDisputed,
            ],
            Self::Chain => &[F::ExternalId, F::Name, F::Tags, F::IsExample],
            Self::Segment => &[F::Chain, F::Name, F::Reach, F::Position, F::Products],
            Self::Placement => &[F::Enterprise, F::Chain, F::Segment, F::IsConfirmed],
            Self::Committee => &[
                F::ExternalId,
                F::Name,
                F::Chain,
                F::CommitteeForm,
                F::Province,
                F::City,
                F::Region,
                F::Zone,
                F::IsExample,
            ],
            Self::Seat => &[
                F::Committee,
                F::SeatKind,
                F::Enterprise,
                F::Organisation,
                F::ValidFrom,
                F::ValidTo,
            ],
            Self::Alliance => {
                &[F::ExternalId, F::Name, F::Committee, F::Lead, F::Segments, F::IsExample]
            }
            Self::Partner => &[F::Committee, F::Alliance, F::Enterprise, F::Organisation],
            Self::Need => &[
                F::ExternalId,
                F::Enterprise,
                F::NeedKind,
                F::Title,
                F::Body,
                F::Summary,
                F::Committee,
                F::Province,
                F::City,
                F::Region,
                F::IndustryScheme,
                F::Industry,
            ],
            Self::Offer => &[
                F::ExternalId,
                F::Enterprise,
                F::Organisation,
                F::OfferKind,
                F::Title,
                F::Body,
                F::Capacity,
                F::Unit,
                F::ValidTo,
                F::IsPublished,
            ],
            Self::Project => &[
                F::ExternalId,
                F::Name,
                F::Domain,
                F::Summary,
                F::Enterprise,
                F::Province,
                F::City,
                F::Region,
                F::Investment,
                F::ProjectStage,
                F::IsPublished,
                F::IsExample,
            ],
            Self::Task => &[
                F::ExternalId,
                F::Domain,
                F::Project,
                F::Lead,
                F::Counterpart,
                F::DueOn,
                F::TaskStage,
            ],
        }
    }

    /// Fields without whose column the rows mean nothing.
    pub const fn required(self) -> &'static [Field] {
        use Field as F;
        match self {
            Self::Industry => &[F::Code, F::Name],
            Self::Product => &[F::ExternalId, F::Name],
            Self::ProductEdge => &[F::From, F::To, F::Relation],
            Self::EnterpriseProduct => &[F::Enterprise, F::Product],
            Self::SupplyEdge => &[F::Supplier, F::Buyer],
            Self::Segment => &[F::Chain, F::Name, F::Reach],
            Self::Placement => &[F::Enterprise, F::Chain, F::Segment],
            Self::Committee => &[F::Name, F::Chain, F::CommitteeForm],
            Self::Seat => &[F::Committee, F::SeatKind],
            Self::Alliance => &[F::Name, F::Committee],
            Self::Partner => &[F::Alliance],
            Self::Need => &[F::Enterprise, F::NeedKind, F::Title],
            Self::Offer => &[F::OfferKind, F::Title],
            Self::Project => &[F::Name, F::Domain],
            Self::Task => &[F::Lead, F::Counterpart],
            Self::Organisation => &[F::Name, F::OrganisationKind],
            Self::PartyOrganisation => &[F::Name, F::PartyLevel],
            Self::Zone | Self::Enterprise | Self::Chain => &[F::Name],
        }
    }
}
