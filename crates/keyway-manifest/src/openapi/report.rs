use serde::Serialize;

/// What it means for the actions that something could not be mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// There is no action, or an action cannot say something that the operation takes.
    Missing,
    /// An action takes or promises less strictly what the document describes; the service decides.
    Loosened,
    /// Nothing is lost; whoever reviews the import should know.
    Noted,
}

/// Something of a document that is not in the manifest as the document says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unmapped {
    /// What it means.
    pub effect: Effect,
    /// Where: an operation as `GET /pets/{id}`, or a JSON pointer into the document.
    pub place: String,
    /// Why, in a sentence without a full stop.
    pub reason: String,
}

/// The report as it grows: each thing once.
#[derive(Debug, Default)]
pub(super) struct Report {
    place: String,
    all: Vec<Unmapped>,
    seen: std::collections::HashSet<(Effect, String, String)>,
}

/// The most things a report tells.
const MOST: usize = 20_000;

impl Report {
    /// Says what the following is about.
    pub(super) fn at(&mut self, place: impl Into<String>) {
        self.place = place.into();
    }

    pub(super) fn missing(&mut self, reason: impl Into<String>) {
        self.add(Effect::Missing, reason.into());
    }

    pub(super) fn loosened(&mut self, reason: impl Into<String>) {
        self.add(Effect::Loosened, reason.into());
    }

    pub(super) fn noted(&mut self, reason: impl Into<String>) {
        self.add(Effect::Noted, reason.into());
    }

    fn add(&mut self, effect: Effect, reason: String) {
        let place = self.place.clone();
        if self.all.len() < MOST && self.seen.insert((effect, place.clone(), reason.clone())) {
            self.all.push(Unmapped {
                effect,
                place,
                reason,
            });
        }
    }

    pub(super) fn finish(self) -> Vec<Unmapped> {
        self.all
    }
}

/// A name of the document's as it may stand in a report: one line, not endless.
pub(super) fn shown(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(80)
        .collect();
    format!("`{clean}`")
}
