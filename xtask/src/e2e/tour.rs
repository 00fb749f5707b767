//! The README's tour: every command in it is run, and answers with what the README shows.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::gateway::{Gateway, Keys};
use super::{Rig, tap};
use crate::Failure;
use crate::process::{self, Show, Stopwatch};
use crate::steps::Tally;

/// How long an upstream server of the tour may take to connect.
const CONNECT: Duration = Duration::from_secs(30);

/// Starts the gateway of the tour's `keyway.yaml` and runs the commands of its `console` blocks.
pub(super) fn run(rig: &Rig<'_>) -> Result<Tally, Failure> {
    let readme = fs::read_to_string(rig.workspace.root.join("README.md"))?;
    let keyway = rig.workspace.binary("keyway");
    let configuration = block(&readme, "yaml").ok_or("README.md has no yaml block")?;
    let node = format!("command: \"{}\"", rig.node.program().display());
    let server = rig
        .node
        .file("@modelcontextprotocol/server-everything/dist/index.js");
    let configuration = configuration.replace("command: npx", &node).replace(
        "-y, \"@modelcontextprotocol/server-everything\"",
        &format!("\"{}\"", server.display()),
    );
    if !configuration.contains(&node) {
        return Err("README.md's yaml block starts no server with npx".into());
    }
    let files = format!(
        "'{}' '{}'",
        rig.node.program().display(),
        rig.node
            .file("@modelcontextprotocol/server-filesystem/dist/index.js")
            .display()
    );
    let gateway = Gateway::start(&keyway, &configuration, Keys::Required)?;
    let mut tally = Tally::default();
    for (command, shown) in commands(&readme) {
        tally += tap::report(
            &format!("README: {command}"),
            answers(
                &keyway,
                &gateway,
                &command.replace("npx -y @modelcontextprotocol/server-filesystem", &files),
                &shown,
            ),
        );
    }
    if tally == Tally::default() {
        return Err("README.md shows no command".into());
    }
    tally += tap::report("README: the gateway stops", gateway.stop().map(drop));
    Ok(tally)
}

/// Runs one command until its answer has every word that the README shows.
fn answers(keyway: &Path, gateway: &Gateway, command: &str, shown: &[&str]) -> Result<(), Failure> {
    let watch = Stopwatch::start();
    loop {
        let mut shell = Command::new("sh");
        shell
            .args([
                "-c",
                &format!("keyway() {{ \"{}\" \"$@\"; }}; {command}", keyway.display()),
            ])
            .env("KEYWAY_API_KEY", &gateway.key)
            .env("KEYWAY_SERVER", &gateway.url)
            .env("KEYWAY_HOME", gateway.folder().join("own"))
            .current_dir(gateway.folder());
        let finished = process::run(&mut shell, Show::Nothing)?;
        let words = shown
            .iter()
            .flat_map(|line| line.split_whitespace())
            .filter(|word| is_stable(word));
        let missing: Vec<&str> = words
            .filter(|word| !finished.output.contains(word))
            .collect();
        if finished.success && missing.is_empty() {
            return Ok(());
        }
        if watch.elapsed() > CONNECT {
            return Err(format!("it lacks {missing:?}:\n{}", finished.output).into());
        }
    }
}

/// Words that are the same in every run: no numbers, no times.
fn is_stable(word: &str) -> bool {
    !word.contains(|letter: char| letter.is_ascii_digit()) && word != "…"
}

/// The first block of that language.
fn block<'text>(readme: &'text str, language: &str) -> Option<&'text str> {
    let (_, rest) = readme.split_once(&format!("```{language}\n"))?;
    rest.split_once("```").map(|(block, _)| block)
}

/// Each `$ keyway …` of the `console` blocks, with the lines shown under it; `serve` is what runs
/// behind all of them.
fn commands(readme: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for block in readme
        .split("```console\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
    {
        for line in block.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                found.push((command, Vec::new()));
            } else if let Some((_, shown)) = found.last_mut() {
                shown.push(line);
            }
        }
    }
    found.retain(|(command, _)| command.starts_with("keyway ") && *command != "keyway serve");
    found
}
