//! `make test-rights`: every path of the schema and every mutation, as everybody, compared with the
//! matrix of `lianmeng_domain::rights`.
//!
//! [`shape`] reads the schema as it is, so that a new type, field or mutation is walked without
//! anybody adding it; [`world`] holds two of everything and says whose it is; [`judge`] compares
//! answers with the matrix, knowing nothing of the queries of storage.

mod change;
mod judge;
mod live;
mod proposals;
mod shape;
mod walk;
mod world;
