//! Token requests (RFC 6749 sections 4 to 6), and how clients prove themselves at the endpoints
//! that only they use (RFC 6749 section 2.3, RFC 7523 section 2.2).

mod about;
mod answer;
mod basic;
mod grant;
mod presented;
mod request;
#[cfg(test)]
mod tests;

pub use about::AboutToken;
pub use answer::Issued;
pub use grant::{IssuedCode, narrow_scopes};
pub use presented::{Presented, Proof, Proven, Server};
pub use request::{Grant, TokenRequest};
