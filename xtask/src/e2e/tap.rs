//! One line for each check: `ok - …` or `not ok - …`, the way TAP writes it.

use crate::Failure;
use crate::process::Finished;
use crate::steps::Tally;

/// Prints and counts one check.
pub(super) fn report(what: &str, outcome: Result<(), Failure>) -> Tally {
    let good = outcome.is_ok();
    match outcome {
        Ok(()) => println!("ok - {what}"),
        Err(failure) => {
            println!("not ok - {what}");
            failure
                .to_string()
                .lines()
                .for_each(|line| println!("#   {line}"));
        }
    }
    Tally::check(good)
}

/// Counts the checks that a script printed; a script that dies, or checks nothing, has failed.
pub(super) fn count(what: &str, script: &Finished) -> Tally {
    let mut tally = Tally::default();
    for line in script.output.lines() {
        if line.starts_with("not ok") {
            tally.failed += 1;
        } else if line.starts_with("ok") && line.contains("# SKIP") {
            tally.skipped += 1;
        } else if line.starts_with("ok") {
            tally.passed += 1;
        }
    }
    if tally == Tally::default() || (tally.is_good() && !script.success) {
        tally += report(what, Err("the script ended early".into()));
    }
    tally
}
