//! Publications: agents that are reached through a provider (ADR 0044).

mod acting;
mod draft;
mod error;
mod limits;
mod manage;
mod schedule;
mod secret;
mod usage;
mod view;

pub(crate) use acting::Acting;
pub use draft::{PublicationDraft, PublicationPatch};
pub(crate) use error::not_found;
pub(crate) use limits::Limits;
pub use manage::{MadePublication, Publications};
pub(crate) use schedule::Clockwork;
pub(crate) use secret::{open, open_before};
pub use usage::UsageView;
pub use view::{FieldView, IntegrationView, PublicationPage, PublicationView, ScopeView};
