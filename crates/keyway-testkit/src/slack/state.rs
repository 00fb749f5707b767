use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use super::Misbehaviour;

/// A call of a method, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `chat.postMessage`; `upload` for bytes.
    pub method: String,
    /// The whole `Authorization` header; empty for none.
    pub authorization: String,
    /// The form's fields.
    pub fields: BTreeMap<String, String>,
    /// What it was refused with.
    pub error: Option<String>,
}

/// A channel.
#[derive(Debug, Clone, Default)]
pub struct Channel {
    /// Whether the app was invited.
    pub joined: bool,
    /// Whether nothing can be said there any more.
    pub archived: bool,
    /// Whether only some people may write.
    pub locked: bool,
    /// What was said, oldest first.
    pub messages: Vec<Value>,
}

/// A token that was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Good,
    Expired,
    Revoked,
}

/// What a code of the consent page is worth.
#[derive(Debug, Clone)]
pub(super) struct Consent {
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
}

/// Everything the workspace holds.
#[derive(Debug)]
pub(super) struct State {
    pub(super) team: (String, String),
    /// Whether the next consent is refused.
    pub(super) denies: bool,
    /// Whether tokens rotate.
    pub(super) rotates: bool,
    /// Scopes that are never granted.
    pub(super) withheld: BTreeSet<String>,
    /// What the token may.
    pub(super) granted: Vec<String>,
    pub(super) consents: BTreeMap<String, Consent>,
    pub(super) tokens: BTreeMap<String, Standing>,
    pub(super) refresh: BTreeSet<String>,
    pub(super) channels: BTreeMap<String, Channel>,
    pub(super) users: BTreeMap<String, Value>,
    /// Files by id: the length that was said, and what came.
    pub(super) files: BTreeMap<String, (usize, Option<Vec<u8>>)>,
    /// What one person alone was told.
    pub(super) whispers: Vec<Value>,
    pub(super) uninstalled: bool,
    pub(super) calls: Vec<Call>,
    /// How often a method was called, whether or not it came to an end.
    pub(super) reached: BTreeMap<String, usize>,
    pub(super) misbehaviours: BTreeMap<String, VecDeque<Misbehaviour>>,
    /// Below which files are sent to.
    pub(super) uploads: String,
    counter: u64,
}

impl State {
    pub(super) fn new() -> Self {
        let person = |id: &str, name: &str, team: &str| {
            let user = json!({
                "id": id, "team_id": team, "name": name, "deleted": false, "real_name": name, "tz": "Europe/Berlin",
                "profile": { "real_name": name, "display_name": name, "title": "Engineer", "status_text": "" },
                "is_bot": false, "is_restricted": false, "is_ultra_restricted": false
            });
            (id.to_owned(), user)
        };
        let mut state = Self {
            team: ("T0HOME".into(), "Home".into()),
            denies: false,
            rotates: true,
            withheld: BTreeSet::new(),
            granted: Vec::new(),
            consents: BTreeMap::new(),
            tokens: BTreeMap::new(),
            refresh: BTreeSet::new(),
            channels: BTreeMap::new(),
            users: BTreeMap::from([
                person("U0ADA", "ada", "T0HOME"),
                person("U0EVE", "eve", "T0AWAY"),
            ]),
            files: BTreeMap::new(),
            whispers: Vec::new(),
            uninstalled: false,
            calls: Vec::new(),
            reached: BTreeMap::new(),
            misbehaviours: BTreeMap::new(),
            uploads: String::new(),
            counter: 0,
        };
        for (id, joined) in [
            ("C0ONE", true),
            ("C0TWO", true),
            ("C0AWAY", false),
            ("D0ADA", true),
        ] {
            let channel = Channel {
                joined,
                ..Channel::default()
            };
            state.channels.insert(id.into(), channel);
        }
        state
    }

    pub(super) fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// What tells the next message from others.
    pub(super) fn next_ts(&mut self) -> String {
        let number = self.next();
        format!("{}.{:06}", 1_800_000_000 + number / 10, number)
    }

    /// Hands out a token.
    pub(super) fn hand_out(&mut self) -> Value {
        let number = self.next();
        if !self.rotates {
            let token = format!("xoxb-{number}-lasting");
            self.tokens.insert(token.clone(), Standing::Good);
            return json!({ "access_token": token });
        }
        let token = format!("xoxe.xoxb-{number}-rotating");
        let refresh = format!("xoxe-{number}-refresh");
        self.tokens.insert(token.clone(), Standing::Good);
        self.refresh.insert(refresh.clone());
        json!({ "access_token": token, "refresh_token": refresh, "expires_in": 43_200 })
    }
}
