//! Fuzzing: every target of `fuzz/` for a while, from its seeds.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Failure;
use crate::process::{self, Show};
use crate::steps::Tally;
use crate::tools;
use crate::workspace::Workspace;

/// The toolchain that can instrument code for a fuzzer.
const TOOLCHAIN: &str = "nightly";
/// After how many seconds one input counts as one that hangs.
const HANGS: u32 = 20;

/// Runs each target for so many seconds. Without a nightly toolchain none is run, which is said.
pub(super) fn run(workspace: &Workspace, seconds: u32) -> Result<Tally, Failure> {
    let folder = workspace.root.join("fuzz");
    let manifest = fs::read_to_string(folder.join("Cargo.toml"))?;
    let targets = targets(&manifest);
    if !has_toolchain() {
        let count = targets.len();
        println!(
            "fuzzing was NOT run: the {count} targets need a nightly toolchain, and there is none \
             (`rustup toolchain install nightly --profile minimal`)"
        );
        return Ok(Tally {
            skipped: u32::try_from(count)?,
            ..Tally::default()
        });
    }
    let program = tools::cargo_tool(workspace, "cargo-fuzz")?;
    // The same versions of everything as in the product.
    let lock = folder.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(workspace.root.join("Cargo.lock"), lock)?;
    }
    let mut build = cargo_fuzz(&program, &folder, "build");
    if !process::run(&mut build, Show::Live)?.success {
        return Err("the fuzz targets do not build".into());
    }
    let mut tally = Tally::default();
    for target in targets {
        let corpus = folder.join("corpus").join(target);
        fs::create_dir_all(&corpus)?;
        let mut command = cargo_fuzz(&program, &folder, "run");
        command
            .arg(target)
            .arg(corpus)
            .arg(folder.join("seeds").join(target))
            .args(["--", "-print_final_stats=1"])
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-timeout={HANGS}"));
        let finished = process::run(&mut command, Show::Nothing)?;
        let runs = finished.output.lines().find_map(|line| {
            let count = line.strip_prefix("stat::number_of_executed_units:")?;
            count.trim().parse::<u64>().ok()
        });
        match runs {
            Some(runs) if finished.success && runs > 0 => println!("{target}: {runs} inputs"),
            _ => println!("{target}: FAILED\n{}", finished.output),
        }
        tally += Tally::check(finished.success && runs > Some(0));
    }
    Ok(tally)
}

/// The names of a manifest's binaries.
fn targets(manifest: &str) -> Vec<&str> {
    let binaries = manifest.split("[[bin]]").skip(1);
    let names = binaries.filter_map(|binary| {
        let name = binary
            .lines()
            .find_map(|line| line.strip_prefix("name = "))?;
        Some(name.trim_matches('"'))
    });
    names.collect()
}

fn has_toolchain() -> bool {
    let mut rustc = Command::new("rustc");
    rustc.arg("--version").env("RUSTUP_TOOLCHAIN", TOOLCHAIN);
    process::run(&mut rustc, Show::Nothing)
        .is_ok_and(|finished| finished.success && finished.output.contains(TOOLCHAIN))
}

/// `cargo fuzz` of that toolchain. No code here is unsafe, so that nothing but time is won by
/// leaving the sanitizers out.
fn cargo_fuzz(program: &Path, folder: &Path, what: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args(["fuzz", what, "--sanitizer", "none", "--fuzz-dir"])
        .arg(folder)
        .env("RUSTUP_TOOLCHAIN", TOOLCHAIN)
        .env_remove("CARGO")
        .current_dir(folder);
    command
}

#[cfg(test)]
mod tests {
    use super::targets;

    #[test]
    fn every_binary_is_a_target() {
        let manifest = include_str!("../../../fuzz/Cargo.toml");
        let found = targets(manifest);
        assert_eq!(found.len(), manifest.matches("[[bin]]").count());
        assert!(found.contains(&"redirect"));
        assert!(!found.contains(&"keyway-fuzz"));
    }
}
