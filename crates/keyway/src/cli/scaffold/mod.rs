//! What `keyway new` writes, and what is known of it later.

mod files;
mod names;
mod record;

pub(super) use files::{Kind, files};
pub(super) use names::Names;
pub(super) use record::{PageRecord, Record, inside};
