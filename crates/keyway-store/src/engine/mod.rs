//! The two engines behind one face: SQLite in a file, or PostgreSQL (ADR 0052).
//!
//! Statements are written once, in the part of SQL that both understand, or twice beside each other with
//! [`pair`]. They look like sqlx's own: [`query`], [`query_as`] and [`query_scalar`], `bind`, and then
//! `execute` or a `fetch_…` on a [`Pool`] or a [`Connection`].

mod alone;
mod builder;
mod pool;
mod query;
mod retry;
mod sql;
mod value;

pub(crate) use alone::Taking;
pub(crate) use builder::QueryBuilder;
pub(crate) use pool::{Connection, Executor, Pool};
pub(crate) use query::{Query, QueryScalar, query, query_as, query_scalar};
pub(crate) use sql::{Dialect, pair};
