//! What authorization servers grant for credentials of the kind `oauth2`: kept in the vault, renewed
//! by the one OAuth client there is (`keyway-oauth`), handed out as access tokens (ADR 0036).

mod client;
mod failures;
mod keeper;
mod safe;

pub use client::{OAuthClient, OAuthClients};
pub(crate) use keeper::{Grants, GrantsParts};
pub(super) use keeper::{document, fields, key};
pub(super) use safe::{new_grant, seal_grant};
