/// An endpoint as somebody typed it.
#[derive(Debug, Clone)]
pub struct EndpointDraft {
    /// Where messages go to.
    pub url: String,
    /// The types of events it is told of.
    pub events: Vec<String>,
    /// Whether it is told of anything.
    pub enabled: bool,
}

/// What is to change of an endpoint; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct EndpointPatch {
    /// The revision that was read.
    pub revision: Option<i64>,
    /// Where messages go to.
    pub url: Option<String>,
    /// The types of events it is told of: all of them.
    pub events: Option<Vec<String>>,
    /// Whether it is told of anything.
    pub enabled: Option<bool>,
}

impl EndpointPatch {
    /// The names of what changes.
    pub(super) fn changes(&self) -> String {
        let names = [
            (self.url.is_some(), "url"),
            (self.events.is_some(), "events"),
            (self.enabled.is_some(), "enabled"),
        ];
        let names = names.into_iter().filter(|(changes, _)| *changes);
        names.map(|(_, name)| name).collect::<Vec<_>>().join(" ")
    }
}
