//! Credentials: what a secret of an external service looks like, which actions need it, and how it
//! reaches them.

mod book;
mod definition;
mod field;
mod lease;
mod need;
mod oauth2;
mod scope;
#[cfg(test)]
mod tests;

pub use book::CredentialBook;
pub use definition::{Credential, CredentialDefinition, CredentialKind};
pub use field::CredentialField;
pub use lease::{Fields, Lease, LeasedCredential};
pub use need::{CredentialNeed, Credentials};
pub use oauth2::{ACCESS_TOKEN, ClientAuth, Flow, OAuth2, Quirks};
pub use scope::{CredentialScope, UnknownCredentialScope};
