//! Makes things faster or nearer; losing all of it loses nothing.
//!
//! It must not know the tables. Today everything lives in this process's memory; a second
//! implementation over Redis joins beside `memory`. Start reading at [`bus`].

pub mod bus;
mod memory;
