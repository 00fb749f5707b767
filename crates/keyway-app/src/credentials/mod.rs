//! Credentials: instances of them, which one a call gets, and the lease of it.

mod choice;
mod error;
mod explain;
mod held;
mod instance;
mod lease;
mod manage;
mod place;
mod resolve;
mod uses;
mod view;

pub use choice::CredentialChoice;
pub use explain::Explained;
pub use manage::{Credentials, CredentialsParts};
pub use place::Place;
pub use resolve::{Found, Rung, Walk};
pub use view::{CredentialView, DefinitionView, FieldView};

pub(crate) use held::{Held, watch};
pub(crate) use lease::Leased;
