//! The console, as a browser sees it.

mod events;
mod walk;
mod world;
