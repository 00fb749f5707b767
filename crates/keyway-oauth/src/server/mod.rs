//! The server role: what the authorization server demands of requests and answers, as functions
//! over types. Nothing here asks a clock, a network or a database: what they know comes in.

pub mod authorize;
mod challenge;
pub mod client;
pub mod device;
mod error;
mod form;
mod issuer;
pub mod metadata;
mod pkce;
pub mod redirect;
pub mod refresh;
mod resource;
pub mod token;
mod uri;

pub use challenge::{BearerError, Challenge};
pub use error::{ErrorCode, Refusal, UNKNOWN_CLIENT};
pub use form::Parameters;
pub use issuer::{Endpoint, Issuer};
pub use pkce::{BadProof, CodeChallenge, CodeVerifier};
pub use resource::{Resource, Resources, check_resource};
pub use uri::BadUri;

pub(crate) use form::encode as encode_form;
pub(crate) use uri::Parts;
