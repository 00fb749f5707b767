use std::fs;
use std::io::{IsTerminal as _, stdin};
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::Upgrade;
use super::plan::{Step, What};
use crate::cli::failure::Failure;
use crate::cli::scaffold::{PageRecord, Record};
use crate::cli::terminal::Terminal;

/// Goes through what there is to do, and keeps in mind what was done.
pub(super) fn run(
    project: &Path,
    mut record: Record,
    steps: Vec<Step>,
    command: &Upgrade,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let open = |step: &&Step| text_of(step, command).is_some();
    let asks = !command.dry_run && !command.yes && steps.iter().any(|step| open(&step));
    if asks && !(stdin().is_terminal() && std::io::stderr().is_terminal()) {
        let message = "there is no terminal to ask at, and each change needs a person's yes";
        return Err(Failure::usage("not_a_terminal", message)
            .with_hint("`--yes` takes every change, `--dry-run` shows them"));
    }
    let (mut told, mut left) = (Vec::new(), false);
    for step in steps {
        let text = text_of(&step, command).map(str::to_owned);
        let done = match text {
            None if step.what == What::Same => {
                keep(&mut record, &step);
                continue;
            }
            None => {
                left |= matches!(step.what, What::Conflict(_));
                "left"
            }
            Some(_) if command.dry_run => "would be written",
            Some(text) => {
                if command.yes || accepted(&step, &text, terminal) {
                    write(&step, &text)?;
                    keep(&mut record, &step);
                    "written"
                } else {
                    "left"
                }
            }
        };
        told.push((step.path, step.what, done));
    }
    if !command.dry_run {
        if told.iter().all(|(_, _, done)| *done == "written") {
            env!("CARGO_PKG_VERSION").clone_into(&mut record.version);
        }
        record.write(project)?;
    }
    tell(&told, terminal);
    Ok(ExitCode::from(u8::from(left)))
}

/// What would be written for a step.
fn text_of<'a>(step: &'a Step, command: &Upgrade) -> Option<&'a str> {
    match &step.what {
        What::Same | What::Leave(_) => None,
        What::Add | What::Replace => Some(&step.theirs),
        What::Merge(text) => Some(text),
        What::Conflict(text) => command.mark_conflicts.then_some(text.as_str()),
    }
}

/// What was written last is what this version writes.
fn keep(record: &mut Record, step: &Step) {
    let (path, text) = (step.path.clone(), step.theirs.clone());
    match &step.page {
        Some(page) => {
            let page = page.clone();
            record.pages.insert(path, PageRecord { page, text });
        }
        None => {
            record.files.insert(path, text);
        }
    }
}

fn write(step: &Step, text: &str) -> Result<(), Failure> {
    let written = step
        .at
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&step.at, text));
    written.map_err(|error| {
        let message = format!("{} cannot be written: {}", step.at.display(), error.kind());
        Failure::new("file_not_written", message)
    })
}

/// Asks whether one file may be written, and shows the difference where that is wanted.
fn accepted(step: &Step, text: &str, terminal: &mut Terminal) -> bool {
    loop {
        let (what, path) = (step.what.as_str(), &step.path);
        terminal.note(format!("{what} {path}? [y]es, [n]o, [d]ifference"));
        let mut answer = String::new();
        if stdin().read_line(&mut answer).is_ok_and(|read| read == 0) {
            return false;
        }
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => return true,
            "n" | "no" => return false,
            "d" | "diff" | "difference" => {
                let ours = step.ours.as_deref().unwrap_or_default();
                terminal.note(diffy::create_patch(ours, text).to_string());
            }
            _ => {}
        }
    }
}

fn tell(told: &[(String, What, &'static str)], terminal: &mut Terminal) {
    if terminal.is_json() {
        let files = told.iter().map(|(path, what, done)| {
            let reason = match what {
                What::Leave(reason) => Some(*reason),
                _ => None,
            };
            json!({ "path": path, "change": what.as_str(), "done": done, "reason": reason })
        });
        let files: Vec<_> = files.collect();
        terminal.value(&json!({ "version": env!("CARGO_PKG_VERSION"), "files": files }));
        return;
    }
    for (path, what, done) in told {
        let line = match what {
            What::Leave(reason) => format!("left      {path}: {reason}"),
            What::Conflict(_) if *done == "left" => {
                format!(
                    "conflict  {path}: both changed the same lines; `--mark-conflicts` writes both"
                )
            }
            _ => format!("{:<9} {path}: {done}", what.as_str()),
        };
        terminal.line(line);
    }
    if told.is_empty() {
        terminal.line("everything is as this version writes it");
    }
}
