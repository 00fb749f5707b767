//! What servers list: read to the end, kept as they wrote it.

mod catalog;
mod echo;
mod pages;
mod warnings;

pub(super) use catalog::{Catalog, Listing, refresh};
pub(super) use echo::Echo;
