//! From a save to the new list of tools, in `keyway dev`.

use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use tokio::time::Instant;

use super::{Effort, median};
use crate::Failure;
use crate::report::Figure;

/// Actions of the project.
const ACTIONS: usize = 100;

pub(super) fn run(effort: &Effort) -> Result<Figure, Failure> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("keyway.yaml");
    std::fs::write(&file, definitions("as it was"))?;
    let mut dev = Dev::start(directory.path())?;
    dev.until("serving")?;
    let mut took = Vec::new();
    for round in 0..effort.rounds {
        let text = definitions(&format!("saved {round}"));
        let begin = Instant::now();
        std::fs::write(&file, text)?;
        dev.until("reloaded")?;
        took.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Figure::at_most(
        &format!("save to new list of {ACTIONS} tools"),
        median(took),
        "ms",
        300.0,
    ))
}

/// Actions of which the last one is described like this.
fn definitions(description: &str) -> String {
    let one = |number: usize| {
        let said = if number + 1 == ACTIONS {
            description
        } else {
            "the same"
        };
        format!(
            "  \"app:action-{number}\":\n    description: {said}\n    expose: [mcp]\n    \
             input: {{ type: object, properties: {{ id: {{ type: string }} }} }}\n    \
             http: {{ url: \"https://app.example/{{{{ input.id }}}}\" }}\n"
        )
    };
    let all: String = (0..ACTIONS).map(one).collect();
    format!("actions:\n{all}")
}

struct Dev {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Dev {
    fn start(directory: &Path) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", "keyway", "--", "dev", "--json", "--no-auth"])
            .args(["--bind", "127.0.0.1:0"])
            .current_dir(directory)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = child.stdout.take().ok_or("no standard output")?;
        let said = BufReader::new(out).lines();
        Ok(Self { child, said })
    }

    /// Waits until it says so.
    fn until(&mut self, event: &str) -> Result<(), Failure> {
        let sign = format!("\"event\":\"{event}\"");
        for line in &mut self.said {
            if line?.contains(&sign) {
                return Ok(());
            }
        }
        Err(format!("keyway dev ended before it was {event}").into())
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
