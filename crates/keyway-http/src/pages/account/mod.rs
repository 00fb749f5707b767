//! What a person sees and ends of their own.

mod agent;
mod applications;
mod organization;
mod page;
mod password;
mod sessions;

pub(crate) use agent::in_words;
pub(super) use applications::end as end_application;
pub(super) use organization::switch;
pub(super) use page::show;
pub(super) use password::change;
pub(super) use sessions::{end, end_all};
