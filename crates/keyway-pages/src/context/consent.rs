use keyway_core::scopes::Scope;
use serde::Serialize;

use super::{SAMPLE_CLIENT, SAMPLE_TOKEN};
use crate::{Html, Page, hidden_fields};

/// Whether an application may act for someone: `oauth-consent.html`.
///
/// The form that is sent has the field `decision`, which is `allow` or `cancel`, and, where there
/// was a choice, `organization` with the id of one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// Where the form is posted.
    pub form_action: String,
    /// The fields the form must send back, the CSRF token among them.
    pub hidden_fields: Html,
    /// Who asks.
    pub client: ConsentClient,
    /// Who is asked.
    pub who: Who,
    /// The organizations it could be for, at least one; with several, one is chosen.
    pub organizations: Vec<Choice>,
    /// What is asked for.
    pub scopes: Vec<ScopeLine>,
}

/// An application that asks for consent. All of it is what the application says of itself, but for
/// the hosts.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentClient {
    /// Its name.
    pub name: String,
    /// The host that vouches for it, when it is known by an address of its own.
    pub host: Option<String>,
    /// The host the answer is sent to, with its port; the scheme for one that is no web address.
    pub redirect_host: String,
    /// True when nobody but itself vouches for its name.
    pub unverified: bool,
    /// True when the answer goes to a program on the person's own machine.
    pub loopback: bool,
    /// True for a device that shows a code: nothing is sent anywhere, the device asks for it.
    pub device: bool,
}

/// A person.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Who {
    /// The name.
    pub name: String,
    /// The address.
    pub email: Option<String>,
}

/// An organization that can be chosen.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The person's role in it.
    pub role: String,
    /// Whether it is the one that is chosen unless another is.
    pub selected: bool,
    /// What the application could call in it.
    pub reach: Reach,
}

/// What can be called and read: counts, and names of the first few.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reach {
    /// How many tools.
    pub tools: usize,
    /// Names of the first of them.
    pub names: Vec<String>,
    /// How many there are besides those named.
    pub more: usize,
    /// How many resources.
    pub resources: usize,
    /// How many prompts.
    pub prompts: usize,
}

impl Reach {
    /// The most tools that are named.
    pub const NAMED: usize = 30;

    /// What of these tools is shown: all are counted, the first [`Reach::NAMED`] are named.
    ///
    /// ```
    /// let reach = keyway_pages::Reach::of_tools((0..100).map(|n| format!("tool-{n}")));
    /// assert_eq!((reach.tools, reach.names.len(), reach.more), (100, 30, 70));
    /// ```
    pub fn of_tools(tools: impl IntoIterator<Item = String>) -> Self {
        let mut reach = Self::default();
        for name in tools {
            reach.tools += 1;
            if reach.names.len() < Self::NAMED {
                reach.names.push(name);
            } else {
                reach.more += 1;
            }
        }
        reach
    }
}

/// A scope that is asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScopeLine {
    /// As programs write it.
    pub scope: String,
    /// In words.
    pub words: String,
    /// True for what deserves a second look.
    pub strong: bool,
    /// True when it was allowed before.
    pub granted: bool,
}

impl ScopeLine {
    /// A scope that is asked for, in plain words.
    pub fn of(scope: &Scope) -> Self {
        Self {
            scope: scope.to_string(),
            words: scope.describe(),
            strong: matches!(scope, Scope::Admin | Scope::Approvals),
            granted: false,
        }
    }

    /// The same, allowed before.
    pub fn granted(mut self) -> Self {
        self.granted = true;
        self
    }
}

impl Page for Consent {
    const TEMPLATE: &'static str = "oauth-consent.html";

    fn samples() -> Vec<Self> {
        let organization = |id: &str, name: &str, reach| Choice {
            id: id.into(),
            name: name.into(),
            role: "member".into(),
            selected: id == "org_1",
            reach,
        };
        let tools = Reach {
            resources: 4,
            prompts: 1,
            ..Reach::of_tools((1..=36).map(|n| format!("mcp__sample__tool_{n}")))
        };
        let one = Self {
            form_action: "/oauth/consent".into(),
            hidden_fields: hidden_fields(SAMPLE_TOKEN, &[]),
            client: ConsentClient {
                name: SAMPLE_CLIENT.into(),
                host: Some("client.example".into()),
                redirect_host: "client.example".into(),
                unverified: false,
                loopback: false,
                device: false,
            },
            who: Who {
                name: "Ada Lovelace".into(),
                email: Some("ada@example.com".into()),
            },
            organizations: vec![organization("org_1", "Sample", tools.clone())],
            scopes: vec![
                ScopeLine::of(&Scope::Mcp),
                ScopeLine::of(&Scope::McpTools).granted(),
            ],
        };
        let mut loopback = one.clone();
        loopback.client = ConsentClient {
            name: "Sample terminal".into(),
            host: None,
            redirect_host: "127.0.0.1:1456".into(),
            unverified: true,
            loopback: true,
            device: false,
        };
        loopback.who.email = None;
        loopback.organizations = vec![
            organization("org_1", "Sample", tools),
            organization("org_2", "Another", Reach::of_tools(["status".to_owned()])),
            organization("org_3", "Empty", Reach::default()),
        ];
        loopback.scopes = Scope::PLAIN.iter().map(ScopeLine::of).collect();
        let mut device = one.clone();
        device.client.device = true;
        vec![one, loopback, device]
    }
}
