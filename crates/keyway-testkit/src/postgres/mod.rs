//! A real PostgreSQL server for tests, and a database of its own for each of them.
//!
//! The first test that asks starts the server; it goes on for all others, in whichever process, until
//! [`stop`]. It keeps nothing safe and is reached on loopback alone, with a password. Needs the Debian package
//! `postgresql`. `KEYWAY_TEST_POSTGRES` names another server's URL, whose user may make databases.

mod database;
mod server;

pub use database::{Database, fresh, like, named_after};
pub use server::{stop, url};
