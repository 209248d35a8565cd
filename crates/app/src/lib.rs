//! What the platform does: one function per use case. Each checks rights, applies the rules of
//! `domain`, saves in one transaction and only then tells the backplane.
//!
//! It must not know GraphQL, HTTP or file formats. Start reading at [`desk`] (what a use case works
//! with), [`command`] (how every change begins and ends) and [`enterprise`] (a whole slice).

pub mod account;
pub mod agenda;
pub mod alike;
pub mod alliance;
pub mod api_token;
pub mod attachment;
pub mod bidding;
pub mod blobs;
pub mod calendar;
pub mod caller;
pub mod chain;
pub mod check_in;
pub mod claim;
pub mod codes;
pub mod colleague;
pub mod command;
pub mod committee;
pub mod contact;
pub mod deadline;
pub mod desk;
pub mod enterprise;
pub mod event;
pub mod export;
pub mod feed;
pub mod guest;
pub mod import;
pub mod invitation;
pub mod job;
pub mod join;
pub mod judge;
pub mod keys;
pub mod login;
pub mod near;
pub mod need;
pub mod notice;
pub mod notice_settings;
pub mod notify;
pub mod offer;
pub mod organisation;
pub mod outcome;
pub mod pairing;
pub mod party;
pub mod password;
pub mod plan;
pub mod post;
pub mod project;
pub mod reads;
pub mod region;
pub mod registry;
pub mod request;
pub mod secret;
pub mod shelf;
pub mod snapshot;
pub mod suggest;
pub mod suggestion;
pub mod supervision;
pub mod supply;
pub mod task;
pub mod trail;
pub mod venue;
pub mod webhook;
pub mod weights;
