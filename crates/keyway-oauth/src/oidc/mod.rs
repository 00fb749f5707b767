//! `OpenID` Connect as a relying party: what an organization's identity provider has to say before
//! someone is signed in. Rules only; asking the provider is for others.

mod callback;
mod error;
mod id_token;
mod provider;
mod request;
#[cfg(test)]
mod tests;
mod tokens;

pub use callback::Callback;
pub use error::OidcError;
pub use id_token::{Expected, Identity};
pub use provider::{NamesItself, Provider, discovery_url};
pub use request::{ClientAuth, Exchange, SignInStart, TokenCall};
pub use tokens::ProviderTokens;
