//! Publications: agents that are reached through a provider (ADR 0044).

mod acting;
mod draft;
mod error;
mod manage;
mod secret;
mod view;

pub(crate) use acting::Acting;
pub use draft::{PublicationDraft, PublicationPatch};
pub(crate) use error::not_found;
pub use manage::{MadePublication, Publications};
pub(crate) use secret::{open, open_before};
pub use view::{FieldView, IntegrationView, PublicationPage, PublicationView, ScopeView};
