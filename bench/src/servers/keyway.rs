//! Keyway, with the same echo tool as an action.

use std::ffi::OsString;
use std::process::ExitCode;

use keyway::{Action, Credential, Expose, Gateway, Secret};

use super::echo::Echo;
use crate::message::{ECHO, LEASED_ECHO, PUT};

/// What the leased echo needs.
#[derive(Debug, Credential)]
struct Bench {
    key: Secret<String>,
}

pub(super) fn run(arguments: Vec<OsString>) -> ExitCode {
    let echo = Action::new(ECHO, |_context, echo: Echo| async move { Ok(echo) })
        .description("Gives back what it is given")
        .read_only()
        .expose(Expose::MCP);
    let put = Action::new(PUT, |_context, echo: Echo| async move { Ok(echo) })
        .description("Gives back what it is given, and might change something")
        .expose(Expose::MCP);
    let leased = Action::with_credentials(
        LEASED_ECHO,
        |_context, echo: Echo, bench: Bench| async move {
            std::hint::black_box(bench.key.expose().len());
            Ok(echo)
        },
    )
    .description("Gives back what it is given, and needs a credential")
    .read_only()
    .expose(Expose::MCP);
    let gateway = Gateway::builder()
        .name("bench")
        .actions([echo, put, leased])
        .build();
    let program = OsString::from("keyway");
    keyway::cli::run_with(gateway, std::iter::once(program).chain(arguments))
}
