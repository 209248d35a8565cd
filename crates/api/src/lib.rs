//! Says it in GraphQL, over HTTP and WebSocket.
//!
//! It must not decide anything: resolvers translate, `app` decides, `store` reads with the caller's
//! visibility. No SQL and no transaction here. Start reading at [`schema`] (the roots), [`scope`]
//! (what one request may see) and [`enterprise`] (a whole slice).
// Each part of a merged root is a future inside of the one before.
// That a resolver which knows the door can move between threads is proven through every type of the
// HTTP client behind it.
#![recursion_limit = "256"]
#![expect(clippy::unused_async, reason = "every resolver is async, whether it waits or not")]

pub mod account;
pub mod alliance;
pub mod attachment;
pub mod audit;
pub mod auth;
mod batch;
pub mod bidding;
pub mod calendar;
pub mod chain;
pub mod check_in;
pub mod claim;
pub mod colleague;
pub mod committee;
pub mod confirmation;
pub mod contact;
pub mod credit;
pub mod deadline;
mod doorway;
pub mod enterprise;
pub mod error;
pub mod event;
pub mod follow_up;
pub mod graph;
mod graphiql;
pub mod guest;
pub mod http;
pub mod ids;
pub mod import;
pub mod industry;
pub mod invitation;
pub mod job;
pub mod limits;
pub mod live;
pub mod loader;
pub mod measure;
pub mod meeting_result;
mod near;
pub mod need;
pub mod notice;
pub mod offer;
pub mod organisation;
pub mod outcome;
pub mod page;
pub mod pairing;
pub mod party;
pub mod product;
pub mod project;
pub mod region;
pub mod registry;
pub mod request;
#[cfg(test)]
mod rights;
pub mod scalars;
pub mod schema;
pub mod scope;
pub mod search;
pub mod season;
pub mod service;
pub mod suggestion;
pub mod supervision;
pub mod supply;
pub mod task;
pub mod task_list;
#[cfg(test)]
pub(crate) mod testing;
pub mod travel;
pub mod venue;
pub mod weights;
