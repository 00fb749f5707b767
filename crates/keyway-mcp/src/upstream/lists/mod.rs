//! What servers list: read to the end, kept as they wrote it.

mod catalog;
mod pages;
mod warnings;

pub(super) use catalog::{Catalog, Listing, refresh};
