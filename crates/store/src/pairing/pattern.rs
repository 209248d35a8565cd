//! Patterns of pairing, by name. None is ever changed or removed.

use lianmeng_domain::pairing::PairingKind;
use lianmeng_domain::pairing::pattern::{Count, MemberKind, PairingPattern, Role, Slot};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::parse::At;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pairing_patterns")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub zh: String,
        pub en: String,
        pub kind: String,
        pub roles: String,
        pub made_at: DateTimeUtc,
        pub made_by: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The column `roles`.
#[derive(Debug, Serialize, Deserialize)]
struct RolesRow {
    anchor: RoleRow,
    slots: Vec<SlotRow>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RoleRow {
    zh: String,
    en: String,
    who: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SlotRow {
    role: RoleRow,
    /// Fewest and most.
    per_anchor: (u32, u32),
    per_filler: (u32, u32),
}

/// The first patterns by name, at most `limit`.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn all(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<PairingPattern>, StoreError> {
    let rows = row::Entity::find().order_by_asc(row::COLUMN.name).limit(limit).all(db).await?;
    rows.into_iter().map(PairingPattern::try_from).collect()
}

/// One pattern, by name.
///
/// # Errors
///
/// As [`all`].
pub async fn find(
    db: &impl ConnectionTrait,
    name: &str,
) -> Result<Option<PairingPattern>, StoreError> {
    let row = row::Entity::find_by_id(name).one(db).await?;
    row.map(PairingPattern::try_from).transpose()
}

/// Adds a pattern.
///
/// # Errors
///
/// [`StoreError::Conflict`] if there is one of its name.
pub async fn insert(db: &impl ConnectionTrait, pattern: &PairingPattern) -> Result<(), StoreError> {
    let slot = |slot: &Slot| SlotRow {
        role: role_row(&slot.role),
        per_anchor: (slot.per_anchor.min, slot.per_anchor.max),
        per_filler: (slot.per_filler.min, slot.per_filler.max),
    };
    let roles = RolesRow {
        anchor: role_row(&pattern.anchor),
        slots: pattern.slots.iter().map(slot).collect(),
    };
    let row = row::ActiveModel {
        name: Set(pattern.name.clone()),
        zh: Set(pattern.zh.clone()),
        en: Set(pattern.en.clone()),
        kind: Set(pattern.kind.word().to_owned()),
        roles: Set(serde_json::json!(roles).to_string()),
        made_at: Set(pattern.made_at),
        made_by: Set(pattern.made_by.clone()),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

fn role_row(role: &Role) -> RoleRow {
    let who = role.who.iter().map(|kind| kind.word().to_owned()).collect();
    RoleRow { zh: role.zh.clone(), en: role.en.clone(), who }
}

impl TryFrom<row::Model> for PairingPattern {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = At("pairing_patterns", "roles");
        let roles: RolesRow =
            serde_json::from_str(&row.roles).map_err(|_| at.corrupt(&row.roles))?;
        let count = |(min, max)| Count { min, max };
        let role = |role: RoleRow| {
            let kind = |word: &String| MemberKind::from_word(word).ok_or_else(|| at.corrupt(word));
            let who = role.who.iter().map(kind).collect::<Result<_, _>>()?;
            Ok::<_, StoreError>(Role { zh: role.zh, en: role.en, who })
        };
        let slot = |slot: SlotRow| {
            Ok::<_, StoreError>(Slot {
                role: role(slot.role)?,
                per_anchor: count(slot.per_anchor),
                per_filler: count(slot.per_filler),
            })
        };
        Ok(Self {
            kind: PairingKind::from_word(&row.kind)
                .ok_or_else(|| At("pairing_patterns", "kind").corrupt(&row.kind))?,
            anchor: role(roles.anchor)?,
            slots: roles.slots.into_iter().map(slot).collect::<Result<_, _>>()?,
            name: row.name,
            zh: row.zh,
            en: row.en,
            made_at: row.made_at,
            made_by: row.made_by,
        })
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::pairing::pattern::shipped;

    use super::*;

    #[tokio::test]
    async fn a_new_database_holds_the_patterns_of_the_rules() {
        let db = lianmeng_testkit::database().await;
        assert_eq!(all(&db, 100).await.unwrap(), shipped());
        assert_eq!(all(&db, 2).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_pattern_is_added_once_and_found_as_it_was() {
        let db = lianmeng_testkit::database().await;
        let own = PairingPattern {
            name: "OWN_1".to_owned(),
            made_by: "somebody".to_owned(),
            ..shipped().remove(7)
        };
        insert(&db, &own).await.unwrap();
        assert!(matches!(insert(&db, &own).await, Err(StoreError::Conflict(_))));
        assert_eq!(find(&db, "OWN_1").await.unwrap(), Some(own));
        assert_eq!(find(&db, "OWN_2").await.unwrap(), None);
    }
}
