//! Signed JSON Web Tokens as they are received: compact JWS (RFC 7515) under public keys (RFC 7517),
//! with the advice of RFC 8725. Keyway signs none of its own.

mod algorithm;
mod assertion;
mod claims;
mod compact;
mod error;
mod jwk;
mod set;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use algorithm::Algorithm;
pub use assertion::{Assertion, SpentAssertion};
pub(crate) use claims::{Audience, Moment, SKEW};
pub use compact::Compact;
pub use error::JwtError;
pub use jwk::Jwk;
pub use set::JwkSet;
