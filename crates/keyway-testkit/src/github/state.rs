use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::key::AppKey;
use super::misbehaviour::Misbehaviour;
use super::repository::Repository;
use super::server::Received;

/// What a GitHub knows.
pub(super) struct State {
    pub(super) now: Timestamp,
    /// Where people are.
    pub(super) web: String,
    pub(super) apps: Vec<App>,
    pub(super) installations: Vec<Installation>,
    /// Tokens, whose installation each is, and when it ends.
    pub(super) tokens: BTreeMap<String, (u64, Timestamp)>,
    /// By name in lower case.
    pub(super) repositories: BTreeMap<String, Repository>,
    pub(super) received: Vec<Received>,
    pub(super) misbehaviours: VecDeque<(String, Misbehaviour)>,
    /// Whether an owner has to agree to installations.
    pub(super) asks_owner: bool,
    /// What was reacted to, with what and by whom.
    pub(super) reactions: Vec<(String, String, String)>,
    /// By team and login in lower case: `active` or `pending`.
    pub(super) teams: BTreeMap<(String, String), String>,
    last: u64,
}

/// An app.
#[derive(Clone)]
pub(super) struct App {
    pub(super) id: u64,
    pub(super) slug: String,
    pub(super) owner: String,
    pub(super) key: Arc<AppKey>,
    pub(super) webhook_secret: String,
    pub(super) manifest: Value,
    /// The code it is got with, once.
    pub(super) code: Option<String>,
}

/// An app on an account.
#[derive(Debug, Clone)]
pub(super) struct Installation {
    pub(super) id: u64,
    pub(super) app: u64,
    pub(super) account: String,
    pub(super) permissions: BTreeMap<String, String>,
    pub(super) suspended: bool,
    /// Repositories it does not see, in lower case.
    pub(super) hidden: Vec<String>,
}

impl State {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            now,
            web: String::new(),
            apps: Vec::new(),
            installations: Vec::new(),
            tokens: BTreeMap::new(),
            repositories: BTreeMap::new(),
            received: Vec::new(),
            misbehaviours: VecDeque::new(),
            asks_owner: false,
            reactions: Vec::new(),
            teams: BTreeMap::new(),
            last: 1_000,
        }
    }

    /// A number that nothing else has.
    pub(super) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// A commit's, a tree's or a file's name.
    pub(super) fn sha(&mut self) -> String {
        format!("{:040x}", self.next())
    }

    pub(super) fn app(&self, id: u64) -> Option<&App> {
        self.apps.iter().find(|app| app.id == id)
    }

    pub(super) fn installation(&self, id: u64) -> Option<&Installation> {
        self.installations.iter().find(|one| one.id == id)
    }

    /// Installs an app, and says where.
    pub(super) fn install(&mut self, app: u64, account: &str) -> u64 {
        let id = self.next();
        let manifest = self
            .app(app)
            .map(|app| app.manifest.clone())
            .unwrap_or_default();
        let permissions = manifest["default_permissions"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let text = |(name, access): (String, Value)| {
            (name, access.as_str().unwrap_or_default().to_owned())
        };
        self.installations.push(Installation {
            id,
            app,
            account: account.to_owned(),
            permissions: permissions.into_iter().map(text).collect(),
            suspended: false,
            hidden: Vec::new(),
        });
        id
    }

    /// An account as it stands in other things.
    pub(super) fn account(&self, login: &str) -> Value {
        let id: u64 = login
            .bytes()
            .fold(7, |id, byte| id * 31 % 1_000_003 + u64::from(byte));
        let kind = if login.ends_with("[bot]") {
            "Bot"
        } else {
            "User"
        };
        json!({ "login": login, "id": id, "type": kind, "html_url": format!("{}/{login}", self.web) })
    }

    /// An installation as GitHub shows it.
    pub(super) fn shown(&self, one: &Installation) -> Value {
        let app = self.app(one.app);
        json!({
            "id": one.id,
            "app_id": one.app,
            "app_slug": app.map(|app| app.slug.clone()),
            "target_type": "Organization",
            "account": self.account(&one.account),
            "repository_selection": if one.hidden.is_empty() { "all" } else { "selected" },
            "permissions": one.permissions,
            "events": app.map(|app| app.manifest["default_events"].clone()),
            "created_at": self.now.to_string(),
            "updated_at": self.now.to_string(),
            "suspended_at": one.suspended.then(|| self.now.to_string()),
        })
    }
}
