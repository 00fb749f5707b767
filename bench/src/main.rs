//! Measures Keyway side by side with what it could be compared to, and checks every answer.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program whose output is for people"
)]

mod arguments;
mod http;
mod load;
mod measure;
mod message;
mod process;
mod report;
mod servers;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::message::Message;

/// Why a measurement could not be made, or an answer was wrong.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Serve(server)) => servers::run(server),
        Some(Command::Load {
            address,
            tool,
            key,
            connections,
            seconds,
        }) => {
            let message = Message::call(&tool, key.as_deref());
            exit(measure::load_only(address, &message, connections, seconds))
        }
        Some(Command::Fleet { rounds }) => exit(measure::fleet_only(rounds)),
        Some(Command::SignIn { rounds }) => exit(measure::sign_in_only(rounds)),
        Some(Command::Authoring { rounds }) => exit(measure::authoring_only(rounds)),
        Some(Command::Connectors { rounds, connectors }) => {
            exit(measure::connectors_only(rounds, connectors))
        }
        Some(Command::Deliveries { rounds }) => exit(measure::deliveries_only(rounds)),
        None => exit(measure::run(&arguments.run)),
    }
}

fn exit(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}
