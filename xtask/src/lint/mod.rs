//! House rules that neither rustc nor clippy can check.

mod coverage;
mod layers;
mod manifests;
mod pages;
mod sizes;
mod texts;
mod words;

use crate::Failure;
use crate::workspace::Workspace;

/// One rule: finds everything in the workspace that breaks it.
type Rule = fn(&Workspace) -> Result<Vec<String>, Failure>;

const RULES: [(&str, Rule); 7] = [
    ("layers", |workspace| Ok(layers::check(workspace))),
    ("manifests", manifests::check),
    ("sizes", sizes::check),
    ("words", words::check),
    ("coverage", coverage::check),
    ("pages", pages::check),
    ("texts", texts::check),
];

/// Checks every rule and prints what breaks it; `true` when nothing does.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, Failure> {
    let mut good = true;
    for (name, rule) in RULES {
        let findings = rule(workspace)?;
        good &= findings.is_empty();
        for finding in &findings {
            println!("lint: {name}: {finding}");
        }
        if findings.is_empty() {
            println!("lint: {name}: ok");
        }
    }
    Ok(good)
}
