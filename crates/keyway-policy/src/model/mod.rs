//! What policies speak of: who asks, for what, and the schema of both.

mod act;
mod asker;
mod schema;
mod thing;

pub use act::Act;
pub use asker::{Access, Asker, AskerKind, UnknownAccess};
pub use schema::SCHEMA;
pub(crate) use schema::{schema, uid};
pub use thing::{Tags, Thing, ThingKind};
