//! Installations: what providers are installed with, and tokens to act with (ADR 0045).

mod acting;
mod attempt;
mod error;
mod fields;
mod install;
mod installer;
mod keeper;
mod manage;
mod meant;
mod returned;
mod sealed;
mod told;
mod view;
mod work;

use crate::App;

pub(crate) use acting::{granted, is_token_refused};
pub use fields::Fields;
pub use install::Begun;
pub use installer::Installer;
pub(crate) use keeper::Keeper;
pub use manage::{InstallLook, IssuedSetupLink};
pub use returned::{Came, CameBack};
pub(crate) use sealed::Column;
pub use view::{AddressesView, InstallationPage, InstallationView, TypedField};
pub(crate) use work::{is_there_at_once, workspace};

/// Installing providers: for owners and admins, and for whoever has a setup link.
#[derive(Debug, Clone)]
pub struct Installations {
    app: App,
}
