use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::GrantedScopes;
use crate::Secret;
use crate::client::HttpClient;

/// How a provider is installed.
///
/// ```
/// assert_eq!(keyway_core::provider::InstallKind::Credentials.as_str(), "credentials");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstallKind {
    /// Secrets are typed in, or made here and given to the third party.
    Credentials,
    /// An administrator of the third party consents in a browser.
    OAuth,
    /// The third party makes an app of a manifest, and an administrator installs it, in a browser.
    Manifest,
}

impl InstallKind {
    /// The kind as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::OAuth => "oauth",
            Self::Manifest => "manifest",
        }
    }
}

/// A value that whoever installs is asked for. Secret ones are kept sealed ([`Secrets`]), others are
/// settings.
///
/// ```
/// use keyway_core::provider::InstallField;
///
/// const CLIENT: InstallField = InstallField {
///     name: "clientSecret",
///     title: "Client secret",
///     help: "In the app's settings, below Credentials",
///     secret: true,
///     required: true,
/// };
/// assert!(CLIENT.secret);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstallField {
    /// Its name in settings or secrets.
    pub name: &'static str,
    /// What it is called on a form.
    pub title: &'static str,
    /// Where to find it.
    pub help: &'static str,
    /// Whether nobody sees it again.
    pub secret: bool,
    /// Whether there is no installation without it.
    pub required: bool,
}

/// What an installation keeps sealed, by name: keys, client secrets, tokens.
///
/// ```
/// use keyway_core::Secret;
/// use keyway_core::provider::Secrets;
///
/// let secrets = Secrets::default().with("botToken", Secret::new("xoxb-1".into()));
/// assert_eq!(secrets.get("botToken").unwrap().expose(), "xoxb-1");
/// assert_eq!(format!("{secrets:?}"), "{\"botToken\"}");
/// ```
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, Secret<String>>);

impl Secrets {
    /// The secret of this name.
    pub fn get(&self, name: &str) -> Option<&Secret<String>> {
        self.0.get(name)
    }

    /// The same with another one, or in place of the one before.
    pub fn with(mut self, name: impl Into<String>, secret: Secret<String>) -> Self {
        self.0.insert(name.into(), secret);
        self
    }

    /// The same without one.
    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    /// Every secret, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Secret<String>)> {
        self.0.iter().map(|(name, secret)| (name.as_str(), secret))
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Where an installation is: the third party's organization, team or account, and who the agent is there.
///
/// ```
/// use keyway_core::provider::Workspace;
///
/// let workspace = Workspace::new("T012AB3C4", "Acme");
/// assert_eq!(workspace.bot_id, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    /// The third party's id of it. Webhooks and tokens of another one are for another one.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Where people find it.
    pub url: Option<String>,
    /// The third party's id of who the agent is there: what it does itself wakes nobody.
    pub bot_id: Option<String>,
    /// By which name it is mentioned.
    pub bot_name: Option<String>,
    /// What the third party lets the installation do, in its own words.
    #[serde(default)]
    pub granted: Vec<String>,
}

impl Workspace {
    /// A workspace of which only this is known.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            url: None,
            bot_id: None,
            bot_name: None,
            granted: Vec::new(),
        }
    }
}

/// Where a third party and its browser find this gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// Where webhooks are sent to.
    pub webhook: String,
    /// Where a browser comes back to after consent.
    pub callback: String,
    /// Where the gateway is.
    pub home: String,
}

/// What a provider installs with: what was typed in and what was learnt on the way.
#[derive(Debug, Clone, Copy)]
pub struct InstallContext<'a> {
    /// What the app is to be called there: the publication's name.
    pub name: &'a str,
    /// The installation's settings. They hold nothing secret.
    pub settings: &'a Value,
    /// What it keeps sealed.
    pub secrets: &'a Secrets,
    /// What its webhooks are signed with.
    pub webhook_secret: &'a Secret<String>,
    /// Where it is, once it is known.
    pub workspace: Option<&'a Workspace>,
    /// Where this gateway is found.
    pub addresses: &'a Addresses,
    /// What the publication may do, which is what the app has to be let do there.
    pub scopes: &'a GrantedScopes,
    /// What wakes the publication's agent.
    pub triggers: &'a Value,
    /// The way out: guarded and bounded.
    pub http: &'a HttpClient,
    /// Now.
    pub now: Timestamp,
}

/// One attempt to install in a browser. Both are made by the gateway, for one use.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// What the third party hands back (RFC 6749, section 10.12).
    pub state: &'a str,
    /// The S256 challenge of what only the gateway knows (RFC 7636, section 4.2).
    pub code_challenge: &'a str,
}

/// Where a browser goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visit {
    /// To an address.
    Redirect(String),
    /// To an address, with a form that is sent there.
    Post {
        /// The address.
        url: String,
        /// The form's fields.
        fields: Vec<(String, String)>,
    },
}

/// What a browser brought back, its state proved.
#[derive(Debug, Clone, Copy)]
pub struct Returned<'a> {
    /// The parameters of the query.
    pub query: &'a BTreeMap<String, String>,
    /// What the challenge of the attempt was made of (RFC 7636, section 4.5).
    pub code_verifier: &'a Secret<String>,
}

/// How far an installation is, and what changed of it. What is `None` stays.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The settings from here on.
    pub settings: Option<Value>,
    /// The secrets from here on.
    pub secrets: Option<Secrets>,
    /// What webhooks are signed with from here on.
    pub webhook_secret: Option<Secret<String>>,
    /// What comes next.
    pub step: Step,
}

/// What comes next of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The browser goes on to where `authorize` says now.
    Visit,
    /// Somebody at the third party has to agree first; it is told by a webhook.
    Waiting,
    /// It is installed, here.
    Installed(Workspace),
}

impl Progress {
    /// Nothing changed but this.
    pub fn to(step: Step) -> Self {
        Self {
            settings: None,
            secrets: None,
            webhook_secret: None,
            step,
        }
    }
}

/// A token to act with at the third party.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token.
    pub value: Secret<String>,
    /// When it is worth nothing any more; `None` where it lasts.
    pub expires_at: Option<Timestamp>,
    /// The secrets from here on, where getting it used some up. They are kept before it is used.
    pub secrets: Option<Secrets>,
}
