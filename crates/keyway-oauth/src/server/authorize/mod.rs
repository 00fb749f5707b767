//! Authorization requests (RFC 6749 section 4.1.1, OAuth 2.1 section 4.1.1), in stages: until the
//! redirect URI is known to be the client's, an error is for the person; from then on it is for the
//! client.

mod back;
mod checks;
mod request;
#[cfg(test)]
mod tests;

pub use back::Back;
pub use checks::{Prompt, requested_scopes};
pub use request::{Answerable, AuthorizeRequest, Named, Rules};
