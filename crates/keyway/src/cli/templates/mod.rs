//! `keyway templates`: the pages people see, to look at and to change.

mod check;
mod export;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;

/// Where templates are unless something else is said.
const FOLDER: &str = "templates";

const EXAMPLES: &str = "\
Examples:
  keyway templates export               write every page into templates/, to change some of them
  keyway templates check                try the pages of your folder with sample data

Name the folder as `templates.dir` in keyway.yaml, and keep only the files that you change: the others
come with Keyway, and follow it.";

/// Write out the pages people see, or try the ones you changed
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Templates {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write every page, style sheet and picture that is built in into a folder
    Export {
        /// The folder [default: `templates.dir` of the configuration, else templates]
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Replace files that differ
        #[arg(long)]
        force: bool,
    },
    /// Try every page with sample data, and say what is wrong with file and line
    Check {
        /// The folder [default: `templates.dir` of the configuration, else templates]
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// What becomes of files that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Existing {
    Keep,
    Replace,
}

pub(crate) fn run(
    invocation: &Invocation,
    command: Templates,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command.command {
        Command::Export { dir, force } => {
            let existing = if force {
                Existing::Replace
            } else {
                Existing::Keep
            };
            let (project, folder) = (invocation.project(), folder(invocation, dir)?);
            export::run(&project, &folder, existing, terminal)
        }
        Command::Check { dir } => check::run(&folder(invocation, dir)?, terminal),
    }
}

/// The folder that is meant: as it was said, as it is configured, or the usual one.
fn folder(invocation: &Invocation, said: Option<PathBuf>) -> Result<PathBuf, Failure> {
    if let Some(said) = said {
        return Ok(invocation.directory.join(said));
    }
    let configured = invocation.configuration()?.config.templates.dir;
    Ok(configured.unwrap_or_else(|| invocation.directory.join(FOLDER)))
}
