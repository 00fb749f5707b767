//! The reference pages, made from the tables and types that the program itself reads.

mod cli;
mod config;
mod env;
mod openapi;
mod read;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::terminal::Terminal;

pub(crate) use read::{Docs, run as read};

/// Print or write the generated reference pages
#[derive(Debug, Args)]
pub(crate) struct InternalDocs {
    /// Write all pages into this directory
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    out: Option<PathBuf>,
    /// Print this page
    #[arg(value_name = "PAGE", required_unless_present = "out")]
    page: Option<String>,
}

/// A page and how it is made.
type Page = (&'static str, fn() -> String);

const PAGES: &[Page] = &[
    ("cli.md", cli::page),
    ("config.md", config::page),
    ("config.schema.json", schema),
    ("env.md", env::page),
    ("openapi.json", openapi::page),
];

pub(crate) fn run(command: &InternalDocs, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    if let Some(out) = &command.out {
        std::fs::create_dir_all(out).map_err(|error| unwritable(&error))?;
        for (name, make) in PAGES {
            let path = out.join(name);
            std::fs::write(&path, make()).map_err(|error| unwritable(&error))?;
            terminal.line(path.display().to_string());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = command.page.as_deref().unwrap_or_default();
    let Some((_, make)) = PAGES.iter().find(|(name, _)| *name == wanted) else {
        let names: Vec<_> = PAGES.iter().map(|(name, _)| *name).collect();
        let hint = format!("the pages are {}", names.join(", "));
        return Err(Failure::usage("unknown_page", "there is no such page").with_hint(hint));
    };
    terminal.line(make().trim_end());
    Ok(ExitCode::SUCCESS)
}

fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&crate::config::schema()).unwrap_or_default();
    text.push('\n');
    text
}

fn unwritable(error: &std::io::Error) -> Failure {
    Failure::new("unwritable", format!("cannot write: {}", error.kind()))
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
