//! Redirect URIs: which ones a client may register, and which one a request means (RFC 6749
//! section 3.1.2, RFC 8252 section 7, OAuth 2.1 section 2.3).

mod list;
#[cfg(test)]
mod tests;
mod uri;

pub use list::{MAX_REDIRECT_URIS, RedirectUris};
pub use uri::{Place, RedirectUri};
