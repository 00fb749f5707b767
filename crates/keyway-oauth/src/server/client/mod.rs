//! Client metadata: of registrations (RFC 7591), of Client ID Metadata Documents, and of clients
//! that an admin made.

mod document;
mod freshness;
mod kinds;
mod metadata;
mod name;
mod read;
#[cfg(test)]
mod tests;

pub use document::{DocumentUrl, Http};
pub use freshness::freshness;
pub use kinds::{ApplicationType, AuthMethod, GrantType};
pub use metadata::{ClientMetadata, Issued, Links};
pub use name::{BadName, ClientName};
pub use read::Source;
