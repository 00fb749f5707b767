use serde_json::Value;

use super::settings::Kind;

/// The longest id that is taken for one; Linear's are UUIDs.
const LONGEST_ID: usize = 64;

/// An event of Linear, before anybody said whether it may wake the agent.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    /// What tells it from others.
    pub(super) key: String,
    pub(super) kind: Kind,
    /// Why it wakes the agent, should it.
    pub(super) rule: &'static str,
    /// Whether it is one that Linear tells of as an agent session too.
    pub(super) twin_of_session: bool,
    pub(super) issue: Issue,
    pub(super) person: Person,
    /// The comment at the beginning of the thread.
    pub(super) root: Option<String>,
    pub(super) session: Option<String>,
    pub(super) text: String,
}

/// The issue an event is about, as far as it is told.
#[derive(Debug, Clone, Default)]
pub(super) struct Issue {
    pub(super) id: Option<String>,
    pub(super) identifier: Option<String>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) team: Option<String>,
    pub(super) team_key: Option<String>,
}

/// Who caused an event, as far as it is told.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
}

impl Issue {
    pub(super) fn read(issue: Option<&Value>) -> Self {
        let Some(issue) = issue else {
            return Self::default();
        };
        let told = |pointer| text(issue, pointer).map(str::to_owned);
        Self {
            id: id(issue, "/id"),
            identifier: told("/identifier"),
            title: told("/title"),
            description: told("/description"),
            team: id(issue, "/teamId").or_else(|| id(issue, "/team/id")),
            team_key: told("/team/key"),
        }
    }

    /// `ENG-7 The pipe leaks`
    pub(super) fn label(&self) -> Option<String> {
        match (&self.identifier, &self.title) {
            (Some(identifier), Some(title)) => Some(format!("{identifier} {title}")),
            (one, other) => one.clone().or_else(|| other.clone()),
        }
    }

    /// Its title and description.
    pub(super) fn words(&self) -> String {
        let label = self.label().unwrap_or_default();
        match self.description.as_deref().map(str::trim) {
            Some(description) if !description.is_empty() => {
                format!("Issue {label}\n\n{description}")
            }
            _ => format!("Issue {label}"),
        }
    }
}

impl Person {
    /// The person at a place, or the one of whom only this id is told.
    pub(super) fn read(person: Option<&Value>, fallback: Option<String>) -> Self {
        let told = |pointer| Some(text(person?, pointer)?.to_owned());
        Self {
            id: person.and_then(|person| id(person, "/id")).or(fallback),
            name: told("/name"),
            email: told("/email"),
        }
    }

    /// Whether it is an app and no person: the address of its user is Linear's own.
    pub(super) fn is_app(&self) -> bool {
        let email = self.email.as_deref().unwrap_or_default();
        email.ends_with("@oauthapp.linear.app") || email.ends_with("@linear.linear.app")
    }

    /// Whether it is one of those listed.
    pub(super) fn is_among(&self, listed: &[String]) -> bool {
        listed.iter().any(|one| {
            let email = self.email.as_deref();
            self.id.as_deref() == Some(one) || email.is_some_and(|it| it.eq_ignore_ascii_case(one))
        })
    }
}

/// A text that is not empty.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    let text = value.pointer(pointer)?.as_str()?;
    (!text.trim().is_empty()).then_some(text)
}

/// An id.
pub(super) fn id(value: &Value, pointer: &str) -> Option<String> {
    let id = text(value, pointer)?;
    (id.len() <= LONGEST_ID).then(|| id.to_owned())
}
