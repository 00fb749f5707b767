//! The contexts: one file a page.

mod account;
mod authorize;
mod connect;
mod consent;
pub mod console;
mod device;
mod error_page;
mod install;
mod invitation;
mod reset;
mod setup;
mod setup_needed;
mod success;

pub use account::{Account, Application, OpenSession, Organization};
pub use authorize::{Authorize, SsoProvider};
pub use connect::Connect;
pub use consent::{Choice, Consent, ConsentClient, Reach, ScopeLine, Who};
pub use device::Device;
pub use error_page::ErrorPage;
pub use install::{Install, InstallAddress};
pub use invitation::Invitation;
pub use reset::Reset;
pub use setup::Setup;
pub use setup_needed::SetupNeeded;
pub use success::Success;

/// The CSRF token of samples. The check of templates looks for it in every form.
pub(crate) const SAMPLE_TOKEN: &str = "sample-csrf-token";

/// Text from outside, as samples have it. The check of templates refuses one that writes it as it is.
pub(crate) const SAMPLE_CLIENT: &str = "Sample <i>client</i>";
/// What must not be found of it in a page.
pub(crate) const SAMPLE_MARKUP: &str = "<i>client</i>";
