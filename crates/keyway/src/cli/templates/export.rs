use std::fs;
use std::path::Path;
use std::process::ExitCode;

use keyway_pages::{BUILT_IN, Template};
use serde_json::json;

use super::Existing;
use crate::cli::failure::Failure;
use crate::cli::scaffold::{PageRecord, Record};
use crate::cli::terminal::Terminal;

/// Writes the files that are built in. Where one is there that differs, nothing is written unless
/// that was asked for.
pub(super) fn run(
    project: &Path,
    folder: &Path,
    existing: Existing,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let differing = |template: &&Template| {
        let there = fs::read(folder.join(template.name));
        there.is_ok_and(|there| there != template.text.as_bytes())
    };
    let differing: Vec<_> = BUILT_IN.iter().filter(differing).collect();
    if existing == Existing::Keep && !differing.is_empty() {
        let mut failure = Failure::usage(
            "templates_differ",
            "files are there that differ from those built in; nothing was written",
        )
        .with_hint("`--force` replaces them, `--dir` writes somewhere else");
        failure.details = differing
            .iter()
            .map(|template| template.name.to_owned())
            .collect();
        return Err(failure);
    }
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for template in BUILT_IN {
        let path = folder.join(template.name);
        fs::write(&path, template.text).map_err(|error| failed(&path, &error))?;
    }
    remember(project, folder, terminal);
    if terminal.is_json() {
        let names: Vec<_> = BUILT_IN.iter().map(|template| template.name).collect();
        terminal.value(&json!({ "dir": folder, "files": names }));
    } else {
        let (count, shown) = (BUILT_IN.len(), folder.display());
        terminal.line(format!("{count} files written into {shown}"));
        terminal.note(
            "keep those that you change, and name the folder as `templates.dir` in keyway.yaml",
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Keeps in mind what was written, so that `keyway upgrade` brings it up to later versions.
fn remember(project: &Path, folder: &Path, terminal: &mut Terminal) {
    let Ok(below) = folder.strip_prefix(project) else {
        return;
    };
    let remembered = Record::read(project).and_then(|record| {
        let mut record = record.unwrap_or_default();
        if record.version.is_empty() {
            env!("CARGO_PKG_VERSION").clone_into(&mut record.version);
        }
        for template in BUILT_IN {
            let path = below.join(template.name).to_string_lossy().into_owned();
            let (page, text) = (template.name.to_owned(), template.text.to_owned());
            record.pages.insert(path, PageRecord { page, text });
        }
        record.write(project)
    });
    if let Err(failure) = remembered {
        terminal.warn(format!(
            "`keyway upgrade` will not know these files: {}",
            failure.message
        ));
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!("{} cannot be written: {}", path.display(), error.kind());
    Failure::new("templates_not_written", message)
}
