//! People at third parties who decide about calls as somebody here (ADR 0050).

mod claims;
mod person;

pub use claims::{Claimed, ExternalClaim};
pub use person::{ExternalIdentity, ExternalPerson};
