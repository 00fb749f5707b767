//! The console: one file or folder a noun, below `/console`. Each noun lists its pages in a function
//! `routes`, and [`routes`](mod@routes) lists the nouns.

#![allow(dead_code, reason = "pages of other nouns use it")]

mod badges;
mod events;
mod form;
mod how_to_connect;
mod member;
mod nav;
mod organization;
mod overview;
mod params;
mod routes;
mod show;
mod tools;

pub(crate) use routes::router;
pub use routes::{Audience, ConsolePath, console_paths};
