//! Rows of the ledger.

/// The table `project_labels`.
pub(super) mod label {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_labels")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub project_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub label: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `project_days`.
pub(super) mod day {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_days")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub project_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub milestone: String,
        pub kind: String,
        pub on_date: Option<Date>,
        pub recorded_at: DateTimeUtc,
        pub recorded_by: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `project_months`.
pub(super) mod month {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_months")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub project_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: Date,
        pub planned_fen: i64,
        pub paid_fen: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `project_team`.
pub(super) mod team {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_team")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub project_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub role: String,
        pub group_code: Option<String>,
        pub organisation_id: Option<String>,
        pub person: String,
        pub title: String,
        pub from_on: Date,
        pub until_on: Option<Date>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `project_blockers`.
pub(super) mod blocker {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_blockers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub project_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub kind: String,
        pub text: String,
        pub opened_on: Date,
        pub solved_on: Option<Date>,
        pub solution: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `project_updates`.
pub(super) mod update {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_updates")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub project_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub on_date: Date,
        pub note: String,
        pub public_note: String,
        pub next_step: String,
        pub written_at: DateTimeUtc,
        pub written_by: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `project_codes`.
pub(super) mod code {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub project_id: String,
        pub code: String,
        pub made_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `project_groups`.
pub(super) mod group {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_groups")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub zh: String,
        pub en: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
