//! A Slack: one workspace and one app in it. It checks what it is sent as Slack documents it, does what it
//! is told as often as it is told, and says of events what its app is to hear.

mod apps;
mod blocks;
mod chat;
mod control;
mod deliver;
mod events;
mod files;
mod misbehaviour;
mod people;
mod pressing;
mod reading;
mod server;
mod state;

pub use deliver::Delivered;
pub use misbehaviour::Misbehaviour;
pub use server::Slack;
pub use state::{Call, Channel};
