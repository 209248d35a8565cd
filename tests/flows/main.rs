//! The program as its users meet it: the built binary, over HTTP and on the command line.

mod attachments;
mod audit;
mod chains;
mod contacts;
mod docking_day;
mod doors;
mod endpoint;
mod faults;
mod forum;
mod guests;
mod http;
mod identity;
mod joining;
mod journeys;
mod ledger;
mod live;
mod oidc;
mod operations;
mod papers;
mod season;
mod task_list;
mod time;
mod walk;
