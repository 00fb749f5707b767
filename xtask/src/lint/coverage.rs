//! `docs/coverage.md`: every rule names the tests that assert it, and those tests exist.

use std::collections::BTreeSet;
use std::fs;

use crate::Failure;
use crate::workspace::Workspace;

const TABLE: &str = "docs/coverage.md";

/// Every row without a test, and every name of a test that is not in the tree.
///
/// A test is named `` `crate::function` `` or, for an end-to-end check, `` `e2e::file` ``.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let Ok(text) = fs::read_to_string(workspace.root.join(TABLE)) else {
        return Ok(vec![format!("{TABLE} is missing")]);
    };
    let known = known_tests(workspace)?;
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some(proof) = proof_of(line) else {
            continue;
        };
        let names = backticked(proof);
        if names.is_empty() {
            findings.push(format!("{TABLE}:{number} names no test"));
        }
        let missing = names.iter().filter(|name| !known.contains(**name));
        findings.extend(
            missing.map(|name| format!("{TABLE}:{number} names `{name}`, which is no test here")),
        );
    }
    Ok(findings)
}

/// The last cell of a table row that states a rule.
fn proof_of(line: &str) -> Option<&str> {
    let cells = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let (rest, proof) = cells.rsplit_once(" | ")?;
    let heading =
        rest.trim_start().starts_with("source") || proof.chars().all(|c| "-: |".contains(c));
    (!heading).then_some(proof)
}

fn backticked(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// `crate::function` for each function marked as a test, `e2e::stem` for each end-to-end script.
fn known_tests(workspace: &Workspace) -> Result<BTreeSet<String>, Failure> {
    let mut known = BTreeSet::new();
    for file in workspace.files()? {
        let script = file
            .strip_prefix("e2e/")
            .or_else(|| file.strip_prefix("xtask/src/e2e/"));
        if let Some(script) = script {
            let name = script.rsplit('/').next().unwrap_or(script);
            known.insert(format!("e2e::{}", name.split('.').next().unwrap_or(name)));
        }
    }
    for file in workspace.rust_files()? {
        let path = workspace.root.join(&file);
        let owner = workspace
            .packages
            .iter()
            .find(|package| path.starts_with(package.folder()));
        let Some(package) = owner else { continue };
        let text = fs::read_to_string(path)?;
        known.extend(tests_in(&text).map(|test| format!("{}::{test}", package.name)));
    }
    Ok(known)
}

/// The functions that follow a `#[test]`, a `#[tokio::test]`, or stand inside `proptest!`.
fn tests_in(text: &str) -> impl Iterator<Item = &str> {
    let marked = |line: &str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    let mut after_mark = false;
    text.lines().map(str::trim).filter_map(move |line| {
        if marked(line) {
            after_mark = true;
            return None;
        }
        let name = function_name(line)?;
        std::mem::take(&mut after_mark).then_some(name)
    })
}

fn function_name(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix("async ")
        .unwrap_or(line)
        .strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::{backticked, proof_of, tests_in};

    #[test]
    fn the_proof_is_the_last_cell() {
        assert_eq!(
            proof_of("| 003 names | a | b rule | `keyway-core::x` |").map(str::trim),
            Some("`keyway-core::x`")
        );
        assert_eq!(proof_of("| source | rule | proof |"), None);
        assert_eq!(proof_of("|---|---|---|"), None);
        assert_eq!(proof_of("prose"), None);
        assert_eq!(backticked("`a::b`, `c::d` and words"), ["a::b", "c::d"]);
    }

    #[test]
    fn only_marked_functions_are_tests() {
        let text = "fn helper() {}\n#[test]\n#[ignore]\nfn first() {}\n#[tokio::test(flavor = \"x\")]\nasync fn second() {}";
        assert_eq!(tests_in(text).collect::<Vec<_>>(), ["first", "second"]);
    }
}
