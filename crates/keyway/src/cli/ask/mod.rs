//! The person at a plain terminal: questions on standard error, answers from the terminal itself.

mod answer;
mod console;
mod difference;
mod field;
mod notices;
mod person;
mod question;
mod unattended;

use std::sync::Arc;

use keyway_client::Person;
use keyway_client::sign_in::Browser;

use super::invocation::Invocation;

/// Whoever can be asked: the person at the terminal, or nobody. A person is there when standard
/// error and standard input are terminals; what comes through a pipe is never an answer.
pub(crate) fn person(invocation: &Invocation) -> (Arc<dyn Person>, Presence) {
    match console::Console::open() {
        Some(console) => {
            let browser = Browser {
                preferred: invocation.environment.get("BROWSER").map(str::to_owned),
                environment: invocation.environment.for_children(&[].into()),
            };
            let person = person::AtTerminal::new(console, browser);
            (Arc::new(person), Presence::There)
        }
        None => (
            Arc::new(unattended::Unattended::default()),
            Presence::Nobody,
        ),
    }
}

/// Whether somebody can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// A person is at the terminal.
    There,
    /// There is no terminal.
    Nobody,
}
