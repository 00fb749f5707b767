//! The steps of `cargo xtask test`: every one runs, whatever the ones before it found.

mod checks;
mod fuzz;
mod tally;
mod tests;

use std::process::Command;

use clap::Args;

use crate::process::{self, Show, Stopwatch};
use crate::workspace::Workspace;
use crate::{Failure, e2e, generate, lint, measure, tools};

pub(crate) use tally::Tally;

/// What to run.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Also run what takes long: more random cases, fuzzing, the whole bench
    #[arg(long)]
    long: bool,
    /// How long each fuzz target runs
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    fuzz_seconds: u32,
    /// Run only the steps of these names
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// One step: its name, and what it does.
struct Step {
    name: &'static str,
    when: When,
    run: fn(&Workspace, &Options) -> Result<Tally, Failure>,
}

/// When a step is run that nobody asked for by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    Long,
}

impl Step {
    fn is_wanted(&self, options: &Options) -> bool {
        if options.only.is_empty() {
            self.when == When::Always || options.long
        } else {
            options.only.iter().any(|name| name == self.name)
        }
    }
}

const STEPS: &[Step] = &[
    Step {
        name: "install",
        when: When::Always,
        run: |workspace, _| tools::install(workspace).map(Tally::check),
    },
    Step {
        name: "fmt",
        when: When::Always,
        run: |workspace, _| checks::fmt(workspace),
    },
    Step {
        name: "lint",
        when: When::Always,
        run: |workspace, _| lint::run(workspace).map(Tally::check),
    },
    Step {
        name: "clippy",
        when: When::Always,
        run: |workspace, _| checks::clippy(workspace),
    },
    Step {
        name: "gen",
        when: When::Always,
        run: |workspace, _| generate::run(workspace, true).map(Tally::check),
    },
    Step {
        name: "deny",
        when: When::Always,
        run: |workspace, _| checks::deny(workspace),
    },
    Step {
        name: "tests",
        when: When::Always,
        run: |workspace, options| tests::nextest(workspace, options.long),
    },
    Step {
        name: "doctests",
        when: When::Always,
        run: |workspace, _| tests::doctests(workspace),
    },
    Step {
        name: "scaffold",
        when: When::Long,
        run: |workspace, _| tests::scaffold(workspace),
    },
    Step {
        name: "storm",
        when: When::Long,
        run: |workspace, _| tests::storm(workspace),
    },
    Step {
        name: "fuzz",
        when: When::Long,
        run: |workspace, options| fuzz::run(workspace, options.fuzz_seconds),
    },
    Step {
        name: "e2e",
        when: When::Always,
        run: |workspace, options| {
            let length = if options.long {
                e2e::Length::Long
            } else {
                e2e::Length::Short
            };
            e2e::run(workspace, &[], &[], length)
        },
    },
    Step {
        name: "bench",
        when: When::Always,
        run: |workspace, options| measure::smoke(workspace, options.long),
    },
];

/// Runs every step and prints one summary.
pub(crate) fn test(workspace: &Workspace, options: &Options) -> Result<bool, Failure> {
    if let Some(unknown) = options
        .only
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != *name))
    {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(format!(
            "no step is called {unknown}; there are: {}",
            names.join(", ")
        )
        .into());
    }
    let whole = Stopwatch::start();
    let mut lines = Vec::new();
    let mut total = Tally::default();
    for step in STEPS.iter().filter(|step| step.is_wanted(options)) {
        println!("\n==> {}", step.name);
        let watch = Stopwatch::start();
        let tally = (step.run)(workspace, options).unwrap_or_else(|failure| {
            println!("{}: {failure}", step.name);
            Tally::check(false)
        });
        let line = format!(
            "{:<10} {:<7} {tally}   {:.1} s",
            step.name,
            tally.verdict(),
            watch.elapsed().as_secs_f32()
        );
        println!("<== {line}");
        lines.push(line);
        total += tally;
    }
    println!("\nSummary after {:.0} s", whole.elapsed().as_secs_f32());
    for line in lines {
        println!("  {line}");
    }
    println!("{total}");
    Ok(total.is_good())
}

/// `test`, and then a look at the work tree: a run must not change a tracked file.
pub(crate) fn ci(workspace: &Workspace, options: &Options) -> Result<bool, Failure> {
    let before = changed_files(workspace)?;
    let good = test(workspace, options)?;
    let after = changed_files(workspace)?;
    if before != after {
        println!("the run changed files that git tracks:\n{after}");
    }
    Ok(good && before == after)
}

fn changed_files(workspace: &Workspace) -> Result<String, Failure> {
    let mut git = Command::new("git");
    git.args(["status", "--porcelain"])
        .current_dir(&workspace.root);
    Ok(process::run(&mut git, Show::Nothing)?.output)
}
