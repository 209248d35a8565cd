//! Turns rows into domain values and back; the only crate that knows table names.
//!
//! It must not know GraphQL or the engines. Start reading at [`connect`] (opening and migrating a
//! database), [`tx`] (transactions) and [`enterprise`] (a whole slice). Every list takes a
//! [`Visibility`](lianmeng_domain::policy::Visibility) and a limit; every save checks a version.
#![expect(
    unreachable_pub,
    reason = "the model macro of sea-orm wants public rows in private modules"
)]

pub mod account;
pub mod alliance;
pub mod api_token;
pub mod attachment;
pub mod audit;
pub mod avoid;
pub mod backup;
pub mod bidding;
pub mod body;
pub mod calendar;
pub mod chain;
pub mod check_in;
pub mod claim;
pub mod clock;
pub mod committee;
pub mod confirmation;
pub mod connect;
pub mod contact;
pub mod credit;
pub mod deadline;
pub mod delivery;
pub mod enterprise;
mod error;
pub mod event;
pub mod eyes;
pub mod failover;
pub mod follow_up;
pub mod grant;
pub mod graph;
pub mod guest;
pub mod idempotency;
pub mod import;
pub mod industry;
pub mod invitation;
pub mod invitee;
pub mod job;
pub mod login;
pub mod login_attempt;
pub mod meeting;
pub mod meeting_result;
pub mod migrate;
pub mod need;
pub mod notice;
pub mod notice_settings;
pub mod offer;
pub mod oidc_flow;
pub mod organisation;
pub mod outcome;
pub mod page;
pub mod pairing;
mod parse;
pub mod part;
pub mod party;
pub mod password_code;
pub mod product;
pub mod project;
pub mod region;
pub mod request;
mod sight;
pub mod signing_key;
pub mod suggestion;
pub mod supervision;
pub mod supply;
pub mod task;
pub mod travel;
pub mod tx;
pub mod venue;
pub mod version;
mod visible;
pub mod webhook;
pub mod weights;

pub use error::{StoreError, Trouble};
