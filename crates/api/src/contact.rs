//! Contacts in GraphQL.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::contact::{
    self as app, AddContact, ChangeContact, ContactCard, ContactCommandError, RemoveContact,
};
use lianmeng_domain::actor::{Body, Role};
use lianmeng_domain::committee::Member;
use lianmeng_domain::contact::{ContactError, SeenContact};
use lianmeng_domain::ids::ContactId;
use lianmeng_domain::rights::DataClass;
use lianmeng_store::contact as store;

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::organisation::{MemberNode, member};
use crate::scalars::Int32;
use crate::scope::Scope;

#[cfg(test)]
mod tests;

/// A contact as clients see it.
#[derive(Debug, Clone)]
pub struct ContactNode(pub SeenContact);

impl ContactNode {
    /// Notes that somebody read it in full, unless it is their own.
    fn shown<'a>(&self, ctx: &Context<'_>, field: &'static str, text: &'a str) -> Result<&'a str> {
        let scope = Scope::of(ctx)?;
        let contact = &self.0.contact;
        if self.0.is_masked || text.is_empty() {
            return Ok(text);
        }
        match contact.owner {
            Member::Enterprise(owner) => scope.saw(contact.id, owner, field),
            Member::Organisation(owner) => {
                let is_staff = scope.actor.role == Role::DepartmentHandler;
                if !is_staff || scope.actor.body != Some(Body::Organisation(owner)) {
                    scope.saw_always(ids::encode(contact.id).0, field);
                }
            }
        }
        Ok(text)
    }
}

/// A contact (联系人) of an enterprise or organisation. Masked until there is a mutual match or a
/// meeting of a published timetable between you and its owner, unless your role reads it anyway.
/// Who read it in full stands in the audit log.
#[Object(name = "Contact")]
impl ContactNode {
    /// Global id.
    async fn id(&self) -> ID {
        ids::encode(self.0.contact.id)
    }

    /// Whose contact it is; null if you do not see its owner.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.contact.owner).await?)
    }

    /// Whether name, phone and e-mail are masked and the note is left out.
    async fn is_masked(&self) -> bool {
        self.0.is_masked
    }

    /// The person's name; masked as in `李**`.
    async fn name(&self, ctx: &Context<'_>) -> Result<&str> {
        self.shown(ctx, "name", &self.0.contact.name)
    }

    /// What they are there (职务); empty if not said.
    async fn title(&self) -> &str {
        &self.0.contact.title
    }

    /// Phone number; masked as in `138****5678`; empty if not said.
    async fn phone(&self, ctx: &Context<'_>) -> Result<&str> {
        self.shown(ctx, "phone", &self.0.contact.phone)
    }

    /// E-mail address; masked as in `w***@example.cn`; empty if not said.
    async fn email(&self, ctx: &Context<'_>) -> Result<&str> {
        self.shown(ctx, "email", &self.0.contact.email)
    }

    /// What they may be asked about (联系事由); empty if not said, and where masked.
    async fn note(&self, ctx: &Context<'_>) -> Result<&str> {
        self.shown(ctx, "note", &self.0.contact.note)
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.contact.version
    }
}

/// What is written of a contact.
#[derive(Debug, InputObject)]
pub struct ContactCardInput {
    /// The person's name, 1 to 60 characters.
    name: String,
    /// What they are there (职务), at most 60 characters.
    #[graphql(default)]
    title: String,
    /// Phone number, 5 to 20 digits; this or an e-mail address must be given.
    #[graphql(default)]
    phone: String,
    /// E-mail address.
    #[graphql(default)]
    email: String,
    /// What they may be asked about (联系事由), at most 500 characters.
    #[graphql(default)]
    note: String,
}

impl From<ContactCardInput> for ContactCard {
    fn from(input: ContactCardInput) -> Self {
        let ContactCardInput { name, title, phone, email, note } = input;
        Self { name, title, phone, email, note }
    }
}

/// Input of `contactAdd`.
#[derive(Debug, InputObject)]
pub struct ContactAddInput {
    /// The enterprise or organisation.
    owner_id: ID,
    /// What is written.
    card: ContactCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `contactChange`.
#[derive(Debug, InputObject)]
pub struct ContactChangeInput {
    /// The contact.
    contact_id: ID,
    /// What is written; replaces all that was.
    card: ContactCardInput,
    /// Version that was read.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `contactRemove`.
#[derive(Debug, InputObject)]
pub struct ContactRemoveInput {
    /// The contact.
    contact_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A contact, or why not.
#[derive(Debug, SimpleObject)]
pub struct ContactPayload {
    /// The contact; null if the change was refused.
    contact: Option<ContactNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl ContactPayload {
    async fn of(scope: &Scope, done: Result<ContactId, ContactCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let eyes = scope.eyes_of(DataClass::Contact);
                let found = store::find(&scope.desk.db, eyes, id).await?;
                Self { contact: found.map(ContactNode), errors: Vec::new() }
            }
            Err(error) => Self { contact: None, errors: vec![user_error(error)?] },
        })
    }
}

/// What was removed, or why not.
#[derive(Debug, SimpleObject)]
pub struct ContactRemovePayload {
    /// Global id of the contact that is gone; null if the removal was refused.
    removed_id: Option<ID>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Changes of contacts.
#[derive(Debug, Default)]
pub struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Adds a contact (联系人), at most 20 to one owner: staff to their own enterprise or organisation,
    /// a liaison to the enterprise they are assigned to, a secretary on the committee's chain,
    /// coordinators to any.
    async fn contact_add(
        &self,
        ctx: &Context<'_>,
        input: ContactAddInput,
    ) -> Result<ContactPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = AddContact {
            owner: member(&input.owner_id)?,
            card: input.card.into(),
            request_key: input.request_key,
        };
        ContactPayload::of(scope, app::add(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Replaces what is written of a contact: whoever may add one.
    async fn contact_change(
        &self,
        ctx: &Context<'_>,
        input: ContactChangeInput,
    ) -> Result<ContactPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = ChangeContact {
            id: ids::decode(&input.contact_id)?,
            card: input.card.into(),
            version: input.version,
            request_key: input.request_key,
        };
        ContactPayload::of(scope, app::change(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Removes a contact, with what the audit log keeps of the person: whoever may add one. That
    /// there was one, and who read it when, stays.
    async fn contact_remove(
        &self,
        ctx: &Context<'_>,
        input: ContactRemoveInput,
    ) -> Result<ContactRemovePayload> {
        let scope = Scope::of(ctx)?;
        let cmd =
            RemoveContact { id: ids::decode(&input.contact_id)?, request_key: input.request_key };
        Ok(match app::remove(&scope.desk, &scope.actor, &cmd).await {
            Ok(id) => {
                ContactRemovePayload { removed_id: Some(ids::encode(id)), errors: Vec::new() }
            }
            Err(error) => {
                ContactRemovePayload { removed_id: None, errors: vec![user_error(error)?] }
            }
        })
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: ContactCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        ContactCommandError::NotFound => (Code::NotFound, Some("contactId")),
        ContactCommandError::OwnerNotFound => (Code::NotFound, Some("ownerId")),
        ContactCommandError::Rule(ContactError::NameMissing) => (Code::Missing, Some("name")),
        ContactCommandError::Rule(ContactError::NameLength(_)) => (Code::Invalid, Some("name")),
        ContactCommandError::Rule(ContactError::TitleLength(_)) => (Code::Invalid, Some("title")),
        ContactCommandError::Rule(ContactError::NoteLength(_)) => (Code::Invalid, Some("note")),
        ContactCommandError::Rule(ContactError::Phone) => (Code::Invalid, Some("phone")),
        ContactCommandError::Rule(ContactError::Email) => (Code::Invalid, Some("email")),
        ContactCommandError::Rule(ContactError::Unreachable) => (Code::Missing, Some("phone")),
        ContactCommandError::Rule(ContactError::TooMany) => (Code::CapacityExceeded, None),
        ContactCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
