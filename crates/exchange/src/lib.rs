//! Files in and out: workbooks, CSV, mapping files, templates.
//!
//! Gives and takes drafts ([`lianmeng_domain::draft`]) and decides nothing: which row is right, which
//! exists already and what is saved is the business of the use case `import`. It must not know
//! storage. Start reading at [`read`] (a path or an upload becomes drafts), then [`headers`] (how
//! columns are recognised), [`mapping`] (foreign layouts), [`annotate`] and [`template`] (workbooks
//! for people), [`agenda`] (calendars and papers of an event, which [`paper`] writes as HTML or DOCX). A
//! new kind of thing gets its fields in the domain and its headers in [`headers`].

pub mod agenda;
pub mod annotate;
pub mod badges;
pub mod calendar;
pub mod csv;
mod decode;
mod error;
pub mod export;
pub mod headers;
pub mod invitation;
pub mod limits;
pub mod mapping;
pub mod paper;
pub mod qr;
pub mod read;
mod rows;
pub mod status_page;
pub mod template;
pub mod xlsx;

pub use error::ReadError;
