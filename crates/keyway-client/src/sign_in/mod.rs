//! Signing in at an authorization server: a browser that comes back to this machine, or a link and
//! the address that is pasted back.

mod at_terminal;
mod browser;
mod by_person;
mod callback;
mod door;
mod listening;
mod page;
mod pasted;

pub use at_terminal::{AtTerminal, Step, Tell};
pub use browser::{Browser, NotOpened};
pub use by_person::ByPerson;
pub use callback::{BadCallback, CallbackUrl};
pub use listening::{ListenError, Listening};

/// How long a person may take to sign in, unless something else is said.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_mins(5);
