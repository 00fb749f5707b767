//! What an import says of itself.

use std::path::Path;

use keyway_manifest::openapi::{Difference, Effect, Imported, Unmapped};
use serde_json::{Value, json};

use super::output::Output;
use crate::cli::terminal::Terminal;

/// How many names a line shows.
const SHOWN: usize = 8;
/// How many lines of the report a person is shown for each effect.
const LINES: usize = 20;

/// What happened.
pub(super) struct Told<'a> {
    pub(super) output: &'a Output,
    pub(super) imported: &'a Imported,
    /// What is not what it was; `None` for a first import.
    pub(super) difference: Option<&'a Difference>,
    pub(super) app: &'a str,
    pub(super) written: bool,
}

impl Told<'_> {
    pub(super) fn tell(&self, terminal: &mut Terminal, directory: &Path) {
        if terminal.is_json() {
            terminal.value(&self.to_json());
            return;
        }
        let file = &self.output.file;
        let file = file.strip_prefix(directory).unwrap_or(file).display();
        let actions = actions(&self.imported.manifest);
        let verb = if self.written { "" } else { " (not written)" };
        terminal.line(format!(
            "{file}{verb}: {actions} actions of {} operations",
            self.imported.operations
        ));
        self.changes(terminal);
        for (effect, head) in [
            (Effect::Missing, "not mapped"),
            (Effect::Loosened, "mapped less strictly"),
            (Effect::Noted, "to know"),
        ] {
            report(terminal, head, effect, &self.imported.report);
        }
        self.next(terminal);
    }

    fn changes(&self, terminal: &mut Terminal) {
        let Some(difference) = self.difference else {
            return;
        };
        for (what, names) in [
            ("added", &difference.added),
            ("removed", &difference.removed),
            ("changed", &difference.changed),
        ] {
            if !names.is_empty() {
                terminal.line(format!("  {what} {}: {}", names.len(), some(names)));
            }
        }
        if difference.app_changed {
            terminal.line("  the app or its credential changed");
        }
        if difference.is_empty() {
            terminal.line("  nothing changed");
        }
    }

    fn next(&self, terminal: &mut Terminal) {
        let credentials = self.imported.manifest.get("credentials");
        let fields = credentials.and_then(|all| all.get(self.app)?.get("fields")?.as_object());
        let Some(fields) = fields else {
            terminal.note(
                "the document says nothing of keys; --auth says how the service knows its callers",
            );
            return;
        };
        let required = fields
            .iter()
            .filter(|(_, field)| field.get("required") != Some(&Value::Bool(false)));
        let names: Vec<_> = required.map(|(name, _)| name.clone()).collect();
        let names = if names.is_empty() {
            fields.keys().cloned().collect()
        } else {
            names
        };
        terminal.note(format!(
            "its credential has the fields {}",
            names.join(", ")
        ));
    }

    fn to_json(&self) -> Value {
        json!({
            "file": self.output.file,
            "written": self.written,
            "app": self.app,
            "operations": self.imported.operations,
            "selected": self.imported.selected,
            "actions": actions(&self.imported.manifest),
            "difference": self.difference,
            "report": self.imported.report,
        })
    }
}

fn actions(manifest: &Value) -> usize {
    let actions = manifest.get("actions").and_then(Value::as_object);
    actions.map_or(0, serde_json::Map::len)
}

/// One line for each reason, with the places it holds for.
fn report(terminal: &mut Terminal, head: &str, effect: Effect, all: &[Unmapped]) {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for one in all.iter().filter(|one| one.effect == effect) {
        match reasons.iter_mut().find(|(reason, _)| *reason == one.reason) {
            Some((_, places)) => places.push(one.place.clone()),
            None => reasons.push((&one.reason, vec![one.place.clone()])),
        }
    }
    if reasons.is_empty() {
        return;
    }
    reasons.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    terminal.line(format!("{head}:"));
    for (reason, places) in reasons.iter().take(LINES) {
        terminal.line(format!("  {reason}: {}", some(places)));
    }
    if let Some(more) = reasons.len().checked_sub(LINES).filter(|more| *more > 0) {
        terminal.line(format!("  and {more} more; --json tells all"));
    }
}

fn some(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{more}", shown.join(", "))
}
