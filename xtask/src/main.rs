//! The project's chores, as `cargo xtask <chore>`.
#![expect(
    clippy::print_stdout,
    reason = "a command for people: its output is its purpose"
)]

mod e2e;
mod generate;
mod lint;
mod measure;
mod process;
mod steps;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// What went wrong, told to a developer.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's chores")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Install what the tests need, run every check and test, print one summary
    Test(steps::Options),
    /// What CI runs: `test`, and then a check that it left the work tree as it was
    Ci(steps::Options),
    /// Check layers, manifests, file sizes, words and the coverage table
    Lint,
    /// Write the generated reference files
    Gen {
        /// Only check that they are fresh
        #[arg(long)]
        check: bool,
    },
    /// Run the end-to-end tests alone
    E2e {
        /// Suites to run (default: all)
        suites: Vec<String>,
        /// Only this file of `e2e/console`, without its ending; may be given again
        #[arg(long, value_name = "FILE")]
        only: Vec<String>,
    },
    /// Measure speed and memory, side by side with a bare server
    Bench {
        /// Arguments of the bench program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            println!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one chore; `false` means that it found something wrong and has said so.
fn run(cli: &Cli) -> Result<bool, Failure> {
    let workspace = Workspace::load()?;
    match &cli.chore {
        Chore::Test(options) => steps::test(&workspace, options),
        Chore::Ci(options) => steps::ci(&workspace, options),
        Chore::Lint => lint::run(&workspace),
        Chore::Gen { check } => generate::run(&workspace, *check),
        Chore::E2e { suites, only } => {
            e2e::run(&workspace, suites, only, e2e::Length::Short).map(steps::Tally::is_good)
        }
        Chore::Bench { arguments } => measure::run(&workspace, arguments),
    }
}
