//! Secret texts and their form; API keys: who may make and end them, and who comes in with one.

mod edit;
mod format;
mod known;
mod manage;
mod ring;
mod table;
mod view;
mod watch;

pub use format::{BadSecretText, KeyDigest, SecretText, TokenKind};

pub(crate) use manage::new_key;
pub use manage::{ApiKeys, DEFAULT_OVERLAP, KeyRequest};
pub(crate) use ring::KeyRing;
pub use view::{ApiKeyState, ApiKeyView, IssuedKey};
pub(crate) use watch::watch;
