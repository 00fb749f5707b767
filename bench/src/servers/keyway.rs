//! Keyway, with the same echo tool as an action.

use std::ffi::OsString;
use std::process::ExitCode;

use keyway::{Action, Expose, Gateway};

use super::echo::Echo;
use crate::message::LOOK;

pub(super) fn run(arguments: Vec<OsString>) -> ExitCode {
    let echo = Action::new("echo", |_context, echo: Echo| async move { Ok(echo) })
        .description("Gives back what it is given")
        .expose(Expose::MCP);
    let look = Action::new(LOOK, |_context, echo: Echo| async move { Ok(echo) })
        .description("Gives back what it is given, and is known to change nothing")
        .read_only()
        .expose(Expose::MCP);
    let gateway = Gateway::builder()
        .name("bench")
        .actions([echo, look])
        .build();
    let program = OsString::from("keyway");
    keyway::cli::run_with(gateway, std::iter::once(program).chain(arguments))
}
