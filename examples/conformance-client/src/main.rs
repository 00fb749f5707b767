//! The client under test of the conformance suites: Keyway's own client, with a person who agrees
//! to everything and a browser that follows redirects.
//!
//! The suite gives the server's URL as the last argument, and the scenario with its context in
//! `MCP_CONFORMANCE_SCENARIO` and `MCP_CONFORMANCE_CONTEXT`. Nothing here knows what a scenario
//! looks at: the scenario decides only how the server is configured and what is called.

#![expect(
    clippy::print_stderr,
    reason = "the suite shows what a client that failed wrote"
)]

mod context;
mod errands;
mod home;
mod person;
mod sign_in;

use std::process::ExitCode;
use std::time::Duration;

use context::Context;
use home::Home;

/// How long a scenario may take.
const LONGEST: Duration = Duration::from_secs(25);

#[tokio::main]
async fn main() -> ExitCode {
    let context = match Context::read() {
        Ok(context) => context,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    let home = match Home::open(&context) {
        Ok(home) => home,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    // The suite cannot end a client that stays.
    let outcome = tokio::time::timeout(LONGEST, errands::run(&home, &context)).await;
    let outcome = outcome.unwrap_or_else(|_| {
        let state = home.server.status().state;
        Err(format!("it takes too long; the server is {state:?}"))
    });
    home.close().await;
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
