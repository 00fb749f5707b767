//! The contexts: one file a page.

mod account;
mod authorize;
mod consent;
mod device;
mod error_page;
mod invitation;
mod reset;
mod setup;
mod setup_needed;
mod success;

pub use account::{Account, Application, OpenSession, Organization};
pub use authorize::{Authorize, SsoProvider};
pub use consent::{Choice, Consent, ConsentClient, Reach, ScopeLine, Who};
pub use device::Device;
pub use error_page::ErrorPage;
pub use invitation::Invitation;
pub use reset::Reset;
pub use setup::Setup;
pub use setup_needed::SetupNeeded;
pub use success::Success;

/// The CSRF token of samples. The check of templates looks for it in every form.
pub(crate) const SAMPLE_TOKEN: &str = "sample-csrf-token";
