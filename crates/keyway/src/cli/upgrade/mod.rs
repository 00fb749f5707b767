//! `keyway upgrade`: what Keyway wrote into a project follows Keyway, and what was changed in it stays.

mod apply;
mod plan;

use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::invocation::Invocation;
use super::scaffold::Record;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway upgrade --dry-run              show what would change
  keyway upgrade                        ask for each file: yes, no, or show the difference
  keyway upgrade --yes                  take everything that can be merged";

/// Bring the files that Keyway wrote up to this version, and keep what you changed
///
/// Merges each file of `keyway new`, and each page of `keyway templates export`, three ways: as it was
/// written last, as it is now, and as this version writes it. Files that Keyway did not write, and
/// those you removed, are left alone. Where both changed the same lines, the file stays as it is and
/// is named, with exit code 1; `--mark-conflicts` writes both into it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Upgrade {
    /// Show what would change, and write nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Take every change without asking
    #[arg(long, short)]
    yes: bool,
    /// Where both changed the same lines, write both into the file with marks
    #[arg(long)]
    mark_conflicts: bool,
}

pub(crate) fn run(
    invocation: &Invocation,
    command: &Upgrade,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let project = invocation.project();
    let record = Record::read(&project)?.ok_or_else(|| {
        let message = "there is no record of anything that Keyway wrote here";
        Failure::usage("no_scaffold_record", message)
            .with_hint("run this in a folder that `keyway new` made")
    })?;
    let plan = plan::plan(&project, &record)?;
    apply::run(&project, record, plan, command, terminal)
}
