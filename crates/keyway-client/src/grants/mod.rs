//! Where a person's grants (OAuth tokens and client registrations) are kept: in the system's
//! keyring where one answers, else in sealed files; never in both.

mod choice;
mod files;
mod folder;
mod key;
mod keyring;
mod place;
mod record;

pub use place::{Grants, Keep, Place, Settings};
