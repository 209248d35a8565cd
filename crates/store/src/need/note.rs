//! Notes on needs. Who may read them is decided where the need is read; what is internal is left out
//! here for those it is kept from.

use lianmeng_domain::actor::Role;
use lianmeng_domain::ids::{NeedId, NeedNoteId};
use lianmeng_domain::need::call::Note;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Order;
use sea_orm::{Condition, FromQueryResult as _, QueryTrait as _};

use crate::StoreError;
use crate::parse::{self, At};
use crate::sight;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "need_notes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub need_id: String,
        pub at: DateTimeUtc,
        pub role: String,
        pub organisation_id: Option<String>,
        pub text: String,
        pub is_internal: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<row::Model> for Note {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("need_notes", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            need: parse::value(at("need_id"), &row.need_id)?,
            at: row.at,
            role: parse::word(at("role"), &row.role, Role::from_word)?,
            unit: parse::value_opt(at("organisation_id"), row.organisation_id.as_deref())?,
            text: row.text,
            is_internal: row.is_internal,
        })
    }
}

/// The newest `limit` notes of each of `needs`, newest first; internal ones only where asked for.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_needs(
    db: &impl ConnectionTrait,
    needs: &[NeedId],
    with_internal: bool,
    limit: u64,
) -> Result<Vec<Note>, StoreError> {
    let open = (!with_internal).then(|| row::COLUMN.is_internal.eq(false));
    let condition =
        Condition::all().add(parse::among(db, row::Column::NeedId, needs)).add_option(open);
    let list = sight::Lists { table: "need_notes", parent: "need_id", oldest_first: false };
    let query = row::Entity::find().filter(condition).into_query();
    let mut wanted = sight::ranked(list, query, limit);
    wanted.columns(<row::Column as sea_orm::Iterable>::iter()).order_by("id", Order::Desc);
    let statement = db.get_database_backend().build(&wanted);
    let rows = row::Model::find_by_statement(statement).all(db).await?;
    rows.into_iter().map(Note::try_from).collect()
}

/// Adds `note`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its need or unit does not exist.
pub async fn insert(db: &impl ConnectionTrait, note: &Note) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(NeedNoteId::to_string(&note.id)),
        need_id: Set(note.need.to_string()),
        at: Set(note.at),
        role: Set(note.role.word().to_owned()),
        organisation_id: Set(note.unit.map(|unit| unit.to_string())),
        text: Set(note.text.clone()),
        is_internal: Set(note.is_internal),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}
