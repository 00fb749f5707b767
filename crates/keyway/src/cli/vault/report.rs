use keyway_app::rotation::{Broken, Progress};
use serde_json::{Value, json};

use crate::cli::terminal::Terminal;

/// Fewer values are walked through before anybody could read how far it is.
const LONG: u64 = 500;

/// Tells how far a long walk is, at each tenth of it.
pub(super) fn telling(terminal: &mut Terminal, doing: &'static str) -> impl FnMut(Progress) {
    let mut told = 0;
    move |Progress { done, of }| {
        let tenths = done.saturating_mul(10) / of.max(1);
        if tenths > told && of >= LONG && !terminal.is_json() {
            told = tenths;
            terminal.note(format!("{doing}: {done} of {of}"));
        }
    }
}

/// Tells what does not open.
pub(super) fn warn(terminal: &mut Terminal, broken: &[Broken]) {
    for one in broken {
        let (table, column, row) = (one.table, one.column, &one.row);
        let of = match one.organization.as_str() {
            "" => String::new(),
            organization => format!(" of {organization}"),
        };
        terminal.warn(format!("{table}.{column} of {row}{of}: {}", one.fault));
    }
}

/// The same for programs.
pub(super) fn value(broken: &[Broken]) -> Value {
    let all = broken.iter().map(|one| {
        json!({
            "table": one.table,
            "column": one.column,
            "organization": one.organization,
            "row": one.row,
            "fault": one.fault.to_string(),
        })
    });
    all.collect()
}
