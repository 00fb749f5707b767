//! The terminal interface: the chat on the full screen and line by line.
//!
//! A face is state that changes by events and says what is to be done: it reads no key, asks no
//! server and keeps no file. The loops around it are thin.

mod attachment;
mod chat;
mod draw;
mod event;
mod lines;
mod markdown;
mod panel;
mod person;
mod screen;
pub mod slash;
mod text;
mod theme;

pub use chat::{Chat, Settings};
pub use event::{Answer, Asked, Effect, Event, Prompt, Question, Reply, Server, World};
pub use lines::{Form as LineForm, Lines, Output, Step};
pub use person::{AskedPerson, Questions};
pub use screen::run_screen;
pub use text::{clean, clean_line};
pub use theme::Theme;
