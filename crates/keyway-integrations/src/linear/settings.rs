use keyway_core::Error;
use serde::Deserialize;
use serde_json::Value;
use url::{Host, Url};

/// What an installation knows of Linear. Nothing of it is secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Settings {
    /// The client id of the app; absent where a personal key is used.
    pub(super) client_id: Option<String>,
    /// Linear's own id of the app, which webhooks name. Learnt when it is installed.
    pub(super) oauth_client_id: Option<String>,
    /// Where the API is.
    #[serde(default = "api")]
    pub(super) api_url: String,
    /// Where people are.
    #[serde(default = "web")]
    pub(super) web_url: String,
}

impl Settings {
    pub(super) fn read(settings: &Value) -> Result<Self, Error> {
        // What serde says may repeat what was sent.
        Self::deserialize(settings).map_err(|_| undescribed("/settings"))
    }

    /// An address below the API's.
    pub(super) fn api(&self, path: &str) -> String {
        format!("{}{path}", self.api_url.trim_end_matches('/'))
    }

    /// An address below the one for people.
    pub(super) fn web(&self, path: &str) -> String {
        format!("{}{path}", self.web_url.trim_end_matches('/'))
    }
}

/// What wakes the agent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Triggers {
    /// The teams it may be reached from and act in, by id or key; every team where absent.
    pub(super) teams: Option<Vec<String>>,
    /// Who may, by id or email; every member of the organization where absent.
    pub(super) people: Option<Vec<String>>,
    /// The labels that wake it when an issue gets one.
    pub(super) labels: Option<Vec<String>>,
    /// The kinds of events that do; see [`Kind`].
    pub(super) events: Option<Vec<String>>,
}

impl Triggers {
    pub(super) fn read(triggers: &Value) -> Result<Self, Error> {
        if triggers.is_null() {
            return Ok(Self::default());
        }
        Self::deserialize(triggers).map_err(|_| undescribed("/triggers"))
    }

    /// Whether events of this kind are wanted.
    pub(super) fn wants(&self, kind: Kind) -> bool {
        match &self.events {
            Some(events) => events.iter().any(|name| name == kind.as_str()),
            None => match kind {
                Kind::Session | Kind::Assigned | Kind::Mentioned | Kind::Subscribed => true,
                Kind::Labeled => self.labels.is_some(),
                Kind::Comment => false,
            },
        }
    }

    /// Whether a team is one of those it may act in.
    pub(super) fn has_team(&self, id: Option<&str>, key: Option<&str>) -> bool {
        let Some(teams) = &self.teams else {
            return true;
        };
        teams.iter().any(|team| {
            id == Some(team.as_str()) || key.is_some_and(|key| key.eq_ignore_ascii_case(team))
        })
    }
}

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An agent session is created or prompted: mentions and delegations where the app has them.
    Session,
    /// An issue is assigned to the agent.
    Assigned,
    /// It is mentioned in an issue or a comment.
    Mentioned,
    /// Somebody comments on an issue it is subscribed to.
    Subscribed,
    /// Somebody comments on any issue it sees.
    Comment,
    /// An issue gets one of the labels.
    Labeled,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [
        Self::Session,
        Self::Assigned,
        Self::Mentioned,
        Self::Subscribed,
        Self::Comment,
        Self::Labeled,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Assigned => "assigned",
            Self::Mentioned => "mentioned",
            Self::Subscribed => "subscribed",
            Self::Comment => "comment",
            Self::Labeled => "labeled",
        }
    }
}

/// Whether a text is a base URL that secrets may be sent to: https, or this very machine.
pub(super) fn is_base(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    let plain = url.query().is_none() && url.fragment().is_none();
    let nobody = url.username().is_empty() && url.password().is_none();
    plain && nobody && (url.scheme() == "https" || (url.scheme() == "http" && here))
}

fn undescribed(at: &str) -> Error {
    Error::invalid_at(at, "the fields that /v1/openapi.json describes")
}

fn api() -> String {
    "https://api.linear.app".to_owned()
}

fn web() -> String {
    "https://linear.app".to_owned()
}
