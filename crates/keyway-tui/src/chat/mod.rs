//! The chat as state: changed by events, never by looking.

mod block;
mod completing;
mod editor;
mod feed;
mod history;
mod keys;
mod popup;
mod state;
#[cfg(test)]
mod tests;
mod update;

pub(crate) use block::{Block, Card, CardState, Tone, meant};
pub(crate) use completing::Completing;
pub(crate) use editor::Editor;
pub(crate) use feed::Feed;
pub(crate) use popup::Popup;
pub(crate) use state::Phase;
pub use state::{Chat, Settings};
