use keyway_core::{Error, Problem};
use serde::Deserialize;
use serde_json::Value;
use url::{Host, Url};

/// Where an installation finds Slack, and which app it is there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Settings {
    /// Below which the methods of the Web API are.
    #[serde(default = "api_url")]
    pub(super) api_url: String,
    /// Below which `/oauth/v2/authorize` is.
    #[serde(default = "web_url")]
    pub(super) web_url: String,
    /// Below which `/apps` is, where apps are made.
    #[serde(default = "apps_url")]
    pub(super) apps_url: String,
    /// The app's client id.
    pub(super) client_id: Option<String>,
    /// The app's id, known from the installation on.
    pub(super) app_id: Option<String>,
    /// The emoji that says that a message is seen; none where null.
    #[serde(default = "seen")]
    pub(super) seen: Option<String>,
}

/// The most values of a list.
const MOST: usize = 200;
/// The longest that messages may wait for others, in seconds.
const LONGEST_LISTEN: u64 = 600;

impl Settings {
    /// Reads settings.
    ///
    /// # Errors
    ///
    /// `invalid_input` at `/settings`.
    pub(super) fn read(settings: &Value) -> Result<Self, Error> {
        // What serde says may repeat what was sent.
        Self::deserialize(settings).map_err(|_| undescribed("/settings"))
    }

    /// Everything that is wrong, at its place.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let urls = [
            ("apiUrl", &self.api_url),
            ("webUrl", &self.web_url),
            ("appsUrl", &self.apps_url),
        ];
        let urls = urls.into_iter().filter(|(_, url)| !is_base(url));
        let urls = urls.map(|(name, _)| {
            let expected = "an https: URL without a query; http: for this machine only";
            problem(format!("/settings/{name}"), expected)
        });
        let id = |id: &str, first: &str| is_id(id, first);
        let app = self.app_id.as_deref().filter(|app| !id(app, "A"));
        let app = app.map(|_| {
            problem(
                "/settings/appId".into(),
                "the id of an app, like `A012AB3C4`",
            )
        });
        let client = self
            .client_id
            .as_deref()
            .filter(|client| !is_client(client));
        let client = client.map(|_| {
            let expected = "digits, a dot and digits, as the app's settings have it";
            problem("/settings/clientId".into(), expected)
        });
        let seen = self.seen.as_deref().filter(|emoji| !is_emoji(emoji));
        let seen = seen.map(|_| problem("/settings/seen".into(), EMOJI));
        urls.chain(app).chain(client).chain(seen).collect()
    }
}

/// What wakes the agent, who may, and where it may act.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on a form"
)]
pub(super) struct Triggers {
    /// The channels where it is reached and may act; every one it was invited to where absent.
    pub(super) channels: Option<Vec<String>>,
    /// The people who may wake it, whoever they are; members of the workspace where absent.
    pub(super) people: Option<Vec<String>>,
    /// Whether guests of the workspace may as well.
    pub(super) guests: bool,
    /// Whether a mention wakes it.
    pub(super) mentions: bool,
    /// Whether a direct message does.
    pub(super) direct_messages: bool,
    /// Whether a reply does that mentions nobody, in a thread it takes part in.
    pub(super) threads: bool,
    /// The emoji that do, put on a message of its own.
    pub(super) reactions: Vec<String>,
    /// The channels where every message does.
    pub(super) listen: Vec<String>,
    /// How long one of those waits for others, to be one turn with them, in seconds; each is a turn where 0.
    pub(super) listen_seconds: u64,
    /// Whether a message that was changed does so again.
    pub(super) edits: bool,
    /// Whether it may address everybody in a channel.
    pub(super) broadcasts: bool,
}

impl Default for Triggers {
    fn default() -> Self {
        Self {
            channels: None,
            people: None,
            guests: false,
            mentions: true,
            direct_messages: true,
            threads: true,
            reactions: Vec::new(),
            listen: Vec::new(),
            listen_seconds: 10,
            edits: false,
            broadcasts: false,
        }
    }
}

impl Triggers {
    /// Reads triggers.
    ///
    /// # Errors
    ///
    /// `invalid_input` at `/triggers`.
    pub(super) fn read(triggers: &Value) -> Result<Self, Error> {
        Self::deserialize(triggers).map_err(|_| undescribed("/triggers"))
    }

    /// Whether it may be reached and act in a channel.
    pub(super) fn reach(&self, channel: &str) -> bool {
        let Some(channels) = &self.channels else {
            return true;
        };
        let mut all = channels.iter().chain(&self.listen);
        all.any(|one| one == channel)
    }

    /// Whether what is said in a channel beside any thread is one conversation, and answered beside as well.
    pub(super) fn flows(&self, channel: &str) -> bool {
        self.listen_seconds > 0 && self.listen.iter().any(|one| one == channel)
    }

    /// Everything that is wrong, at its place.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let channel = "the id of a channel, like `C012AB3CD`";
        let person = "the id of a person, like `U012AB3CD`";
        let mut problems = Vec::new();
        let mut list = |name: &str, all: &[String], good: fn(&str) -> bool, expected: &str| {
            if all.len() > MOST {
                let expected = format!("at most {MOST} of them");
                problems.push(problem(format!("/triggers/{name}"), &expected));
                return;
            }
            for (number, one) in all.iter().enumerate() {
                if !good(one) {
                    problems.push(problem(format!("/triggers/{name}/{number}"), expected));
                }
            }
        };
        let channels = self.channels.as_deref().unwrap_or_default();
        list("channels", channels, is_shared, channel);
        list(
            "people",
            self.people.as_deref().unwrap_or_default(),
            is_person,
            person,
        );
        list("reactions", &self.reactions, is_emoji, EMOJI);
        list("listen", &self.listen, is_shared, channel);
        if self.listen_seconds > LONGEST_LISTEN {
            let expected = format!("0 to {LONGEST_LISTEN}");
            problems.push(problem("/triggers/listenSeconds".into(), &expected));
        }
        for (name, all) in [("channels", &self.channels), ("people", &self.people)] {
            if all.as_ref().is_some_and(Vec::is_empty) {
                problems.push(problem(
                    format!("/triggers/{name}"),
                    "at least one, or nothing",
                ));
            }
        }
        problems
    }
}

const EMOJI: &str = "the name of an emoji without colons, like `eyes`";

fn problem(pointer: String, expected: &str) -> Problem {
    let expected = expected.to_owned();
    Problem { pointer, expected }
}

fn undescribed(at: &str) -> Error {
    Error::invalid_at(at, "the fields that /v1/openapi.json describes")
}

/// A URL below which others are: https, or http of this machine.
fn is_base(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    plain && url.password().is_none() && !text.ends_with('/') && is_guarded(&url)
}

/// Whether what is sent there is read by nobody on the way.
pub(super) fn is_guarded(url: &Url) -> bool {
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.host().is_some() && (url.scheme() == "https" || (url.scheme() == "http" && local))
}

/// An id of Slack: a letter that says of what, and capital letters and digits.
pub(super) fn is_id(text: &str, first: &str) -> bool {
    let rest = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (3..=32).contains(&text.len())
        && text.starts_with(|letter| first.contains(letter))
        && text.bytes().all(rest)
}

/// A channel with more than one person.
pub(super) fn is_shared(text: &str) -> bool {
    is_id(text, "CG")
}

/// A person.
pub(super) fn is_person(text: &str) -> bool {
    is_id(text, "UW")
}

/// The name of an emoji.
pub(super) fn is_emoji(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-'".contains(&byte);
    (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|byte| good(byte) && !byte.is_ascii_uppercase())
}

/// What tells a message from others of its channel: seconds, and six digits.
pub(super) fn is_ts(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = text.split_once('.');
    parts.is_some_and(|(seconds, rest)| {
        seconds.len() <= 12 && rest.len() == 6 && digits(seconds) && digits(rest)
    })
}

fn is_client(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = text.split_once('.');
    text.len() <= 64 && parts.is_some_and(|(one, other)| digits(one) && digits(other))
}

fn api_url() -> String {
    "https://slack.com/api".to_owned()
}

fn web_url() -> String {
    "https://slack.com".to_owned()
}

fn apps_url() -> String {
    "https://api.slack.com".to_owned()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the default of a field that may be null"
)]
fn seen() -> Option<String> {
    Some("eyes".to_owned())
}
