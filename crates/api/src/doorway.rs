//! Through which door a request came in: for those who hand out codes or take them.

use std::sync::Arc;

use async_graphql::{Context, Result};
use lianmeng_app::caller::Caller;
use lianmeng_app::join::{Entrance, Known, Pepper};
use lianmeng_domain::ids::AccountId;
use lianmeng_domain::invitation::JoinCode;

use crate::http::Door;

/// What codes open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens {
    /// A way in.
    Invitation,
    /// The choice of a password.
    Password,
}

/// The door and where the request came from.
pub(crate) struct Doorway {
    /// The door; absent where requests come from no network.
    pub(crate) door: Option<Arc<Door>>,
    /// Network address of the caller; empty if unknown.
    pub(crate) address: Arc<str>,
}

impl Doorway {
    /// That of the request `ctx` belongs to.
    pub(crate) fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self> {
        ctx.data::<Self>()
    }

    /// What codes are mixed with.
    pub(crate) fn pepper(&self) -> Pepper {
        self.door.as_ref().map_or_else(|| Pepper::new(""), |door| door.gate.pepper())
    }

    /// For whoever brings a code.
    pub(crate) fn entrance(&self) -> Entrance {
        Entrance { pepper: self.pepper(), address: self.address.as_ref().to_owned() }
    }

    /// The link with a code: whole where the server knows its own address, else from the root on.
    pub(crate) fn link(&self, opens: Opens, code: &JoinCode) -> String {
        let public_url = self.door.as_ref().map_or("", |door| door.public_url.as_str());
        let key = match opens {
            Opens::Invitation => "code",
            Opens::Password => "password",
        };
        format!("{public_url}/join?{key}={code}")
    }

    /// The public page of a project: whole where the server knows its own address, else from the root on.
    pub(crate) fn project_link(&self, code: &str) -> String {
        let public_url = self.door.as_ref().map_or("", |door| door.public_url.as_str());
        format!("{public_url}/projects/{code}")
    }

    /// The link as a QR code; none where the server does not know its own address, because a phone
    /// could not follow it.
    pub(crate) fn qr_svg(link: &str) -> Option<String> {
        if link.starts_with('/') { None } else { lianmeng_exchange::qr::svg(link) }
    }

    /// Forgets here what is believed about an account.
    pub(crate) fn forget(&self, account: AccountId) {
        if let Some(door) = &self.door {
            door.gate.forget_account(account);
        }
    }
}

/// The caller with their account, if they signed in: tokens bring nobody in.
pub(crate) fn known<'a>(ctx: &Context<'a>) -> Result<Known<'a>> {
    let caller = ctx.data::<Caller>()?;
    Ok(caller.login().map(|(account, _)| (&caller.actor, account)))
}
