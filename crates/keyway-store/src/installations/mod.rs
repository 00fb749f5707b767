//! What providers are installed with: how far, where, their secrets and tokens (ADR 0045).

mod attempts;
mod change;
mod installation;
mod setup_links;
mod state;
mod token;

pub use attempts::InstallAttempt;
pub use change::{InstallationWrite, Installed, SealedWrite, Written};
pub use installation::StoredInstallation;
pub use setup_links::SetupLink;
pub use state::{InstallationState, UnknownInstallationState};

pub(crate) use change::end;
