//! Keyway, with the same echo tool as an action.

use std::ffi::OsString;
use std::process::ExitCode;

use keyway::{Action, Expose, Gateway};

use super::echo::Echo;
use crate::message::{ECHO, PUT};

pub(super) fn run(arguments: Vec<OsString>) -> ExitCode {
    let echo = Action::new(ECHO, |_context, echo: Echo| async move { Ok(echo) })
        .description("Gives back what it is given")
        .read_only()
        .expose(Expose::MCP);
    let put = Action::new(PUT, |_context, echo: Echo| async move { Ok(echo) })
        .description("Gives back what it is given, and might change something")
        .expose(Expose::MCP);
    let gateway = Gateway::builder()
        .name("bench")
        .actions([echo, put])
        .build();
    let program = OsString::from("keyway");
    keyway::cli::run_with(gateway, std::iter::once(program).chain(arguments))
}
