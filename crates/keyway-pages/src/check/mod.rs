//! Trying templates before anyone sees them.

mod broken;
mod folder;
mod output;
mod samples;

pub use broken::Broken;
pub(crate) use folder::read as read_folder;
pub(crate) use samples::check;
