//! The chat as it is seen: a function of its state and the screen's size.

mod block;
mod cache;
mod card;
mod conversation;
mod input;
mod panel;
mod popup;
mod screen;
mod status;

pub(crate) use cache::Cache;
pub(crate) use card::duration;
