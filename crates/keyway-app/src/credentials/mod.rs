//! Credentials: instances of them, which one a call gets, and the lease of it.

mod choice;
mod client_document;
mod connect;
mod error;
mod explain;
mod fields;
mod grants;
mod health;
mod held;
mod instance;
mod lease;
mod link;
mod manage;
mod mine;
mod page;
mod place;
mod resolve;
mod sight;
mod uses;
mod view;
mod void;

pub use choice::CredentialChoice;
pub use explain::Explained;
pub use grants::{OAuthClient, OAuthClients};
pub use manage::Credentials;
pub use mine::{ConnectionState, ConsentView, MyConnection};
pub use page::{CredentialPage, ListCredentials};
pub use place::Place;
pub use resolve::{Found, Rung, Walk};
pub use view::{AuthorizationView, CredentialView, DefinitionView, FieldView};

pub(crate) use error::needs_reconnecting;
pub(crate) use grants::{Grants, GrantsParts};
pub(crate) use held::{Held, watch};
pub(crate) use lease::Leased;
pub(crate) use manage::CredentialsParts;
pub(crate) use void::Consents;
