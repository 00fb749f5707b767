//! The authorization server's rows: clients, codes, grants, tokens, device codes, consents.

mod alone;
mod assertions;
mod client_lists;
mod clients;
mod codes;
mod consents;
mod devices;
mod grant_kind;
mod grants;
mod pending;
mod purge;
mod standing;
mod tokens;

pub(crate) use alone::lock_of_user;
pub use clients::{Client, ClientKind, NewClient};
pub use codes::{Agreed, Code, NewCode, Redeemed};
pub use devices::{DeviceCode, NewDeviceCode};
pub use grant_kind::{GrantKind, RevokedFor};
pub use grants::{Grant, GrantFilter, NewGrant, Whose};
pub use purge::Purged;
pub use standing::GrantStanding;
pub use tokens::{NewToken, NewTokens, RefreshToken, Rotated, Successor, TokenCredential};
