//! Words, rules and rights of the platform, as plain values and pure functions.
//!
//! Nothing here reads a clock, draws a random number, waits or talks to a database: today's date,
//! ids and the caller come in as arguments, so that the same input gives the same answer.
//!
//! Start reading at [`actor`] (who asks), [`policy`] (what they may see) and the slice you are
//! after. A new slice gets one file here with its type, its stages, its rules and its error.

pub mod account;
pub mod actor;
pub mod alliance;
pub mod attachment;
pub mod audit;
pub mod bidding;
pub mod calendar;
pub mod chain;
pub mod check_in;
pub mod claim;
pub mod committee;
pub mod contact;
pub mod credit;
pub mod deadline;
pub mod delivery;
pub mod draft;
pub mod enterprise;
pub mod event;
pub mod figures;
pub mod follow_up;
pub mod graph;
pub mod guest;
pub mod ids;
pub mod industry;
pub mod invitation;
pub mod job;
pub mod lamp;
pub mod meeting;
pub mod meeting_result;
pub mod need;
pub mod notice;
pub mod offer;
pub mod organisation;
pub mod outcome;
pub mod pairing;
pub mod party;
pub mod policy;
pub mod product;
pub mod project;
pub mod region;
pub mod request;
pub mod rights;
pub mod steps;
pub mod suggestion;
pub mod supervision;
pub mod supply;
pub mod task;
pub mod text;
pub mod travel;
pub mod tree;
pub mod venue;
pub mod weights;
pub mod words;
