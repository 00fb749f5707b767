//! The chat in a real terminal: `keyway chat` under tmux, with a model server, servers in each of
//! the six states, and a headless browser that gives consent. Every screen that matters is kept in
//! `e2e/screens` and held against what is seen.

mod mask;
mod script;
mod tmux;
mod world;

pub(super) use script::run;
