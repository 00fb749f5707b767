use serde::Serialize;

use super::{Filled, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// The OAuth clients of the organization: `console/clients.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Clients {
    /// What is searched.
    pub query: String,
    /// The clients, newest first.
    pub clients: Vec<ClientLine>,
    /// The way through them.
    pub pager: Pager,
}

/// An OAuth client as a line.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientLine {
    /// Its page.
    pub href: String,
    /// Its name, in its own words. Text from outside.
    pub name: String,
    /// `registered`, `document` or `configured`; its texts are `client-kind-{kind}` and
    /// `client-kind-{kind}-help`.
    pub kind: &'static str,
    /// Whether it is kept out.
    pub disabled: bool,
    /// When it was made.
    pub made: Moment,
    /// When it was last used.
    pub used: Moment,
}

/// One OAuth client: `console/client.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientPage {
    /// The client.
    pub client: ClientLine,
    /// Its id. Text from outside.
    pub id: String,
    /// How it proves itself; its text is `client-auth-{auth}`.
    pub auth: String,
    /// How it comes by tokens.
    pub grant_types: Vec<String>,
    /// Where browsers may be sent for it. Text from outside.
    pub redirect_uris: Vec<String>,
    /// The most it may ask for.
    pub scope: Option<String>,
    /// The page of the service account it acts as by itself.
    pub account: Option<String>,
    /// The form of `name`, `redirectUris` and `scope`, where it can be changed.
    pub form: Option<Filled>,
    /// What people let it do, the first of it.
    pub grants: Vec<GrantLine>,
    /// Where all of that is.
    pub all_grants: String,
    /// What was refused.
    pub trouble: Filled,
}

/// The form of a new client, of `name`, `redirectUris`, `auth`, `jwks`, `account` and `scope`:
/// `console/client_new.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewClient {
    /// The form.
    pub form: Filled,
    /// Whom it can act as by itself: an id, and a name that is text from outside.
    pub accounts: Vec<(String, String)>,
}

/// What people let clients do: `console/grants.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grants {
    /// What is searched.
    pub query: String,
    /// `active`, or `any` for those that are over as well.
    pub state: &'static str,
    /// Of which client alone, where it is one: its name. Text from outside.
    pub client: Option<String>,
    /// Of whom alone, where it is one: their id.
    pub owner: Option<String>,
    /// The grants, newest first.
    pub grants: Vec<GrantLine>,
    /// The way through them.
    pub pager: Pager,
}

/// What someone let a client do, as a line.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantLine {
    /// The client's name. Text from outside.
    pub client: String,
    /// The client's page.
    pub client_href: String,
    /// Who let it. Text from outside.
    pub owner: String,
    /// Their page.
    pub owner_href: String,
    /// For what.
    pub scopes: String,
    /// For which resource.
    pub resource: String,
    /// `active`, `expired` or `revoked`; its text is `grant-state-{state}`.
    pub state: &'static str,
    /// When it was given.
    pub made: Moment,
    /// When it was last used.
    pub used: Option<Moment>,
    /// The end of its tokens.
    pub until: Moment,
    /// Where it is ended, while it is valid.
    pub revoke: Option<String>,
}

impl ClientLine {
    fn sample(kind: &'static str, disabled: bool) -> Self {
        Self {
            href: "/console/clients/client_1".into(),
            name: SAMPLE_OUTSIDE.into(),
            kind,
            disabled,
            made: Moment::sample(400_000),
            used: Moment::sample(400),
        }
    }
}

impl GrantLine {
    /// One of each state.
    pub(super) fn samples() -> Vec<Self> {
        let line = |state: &'static str| Self {
            client: SAMPLE_OUTSIDE.into(),
            client_href: "/console/clients/client_1".into(),
            owner: SAMPLE_OUTSIDE.into(),
            owner_href: "/console/people/user_1".into(),
            scopes: "mcp:tools".into(),
            resource: "https://keyway.example/mcp".into(),
            state,
            made: Moment::sample(9000),
            used: (state == "active").then(|| Moment::sample(100)),
            until: Moment::sample(-900_000),
            revoke: (state == "active").then(|| "/console/clients/grants/grant_1/revoke".into()),
        };
        ["active", "expired", "revoked"].map(line).into()
    }
}

impl Page for Clients {
    const TEMPLATE: &'static str = "console/clients.html";

    fn samples() -> Vec<Self> {
        let of = |query: &str, clients| Self {
            query: query.into(),
            clients,
            pager: Pager::default(),
        };
        let full = vec![
            ClientLine::sample("registered", false),
            ClientLine::sample("document", true),
            ClientLine::sample("configured", false),
        ];
        vec![of("", full), of("", Vec::new()), of("x", Vec::new())]
    }
}

impl Page for ClientPage {
    const TEMPLATE: &'static str = "console/client.html";

    fn samples() -> Vec<Self> {
        let own = Self {
            client: ClientLine::sample("configured", false),
            id: "client_1".into(),
            auth: "client_secret_basic".into(),
            grant_types: vec!["authorization_code".into(), "refresh_token".into()],
            redirect_uris: vec!["https://app.example/callback".into()],
            scope: Some("mcp".into()),
            account: Some("/console/service-accounts/svc_1".into()),
            form: Some(
                Filled::new()
                    .with("name", SAMPLE_OUTSIDE)
                    .with("redirectUris", "https://app.example/callback")
                    .with("scope", "mcp")
                    .of_revision(1),
            ),
            grants: GrantLine::samples(),
            all_grants: "/console/clients/grants?client=client_1".into(),
            trouble: Filled::new(),
        };
        let theirs = |kind, auth: &str| Self {
            client: ClientLine::sample(kind, true),
            id: "https://app.example/<i>client</i>.json".into(),
            auth: auth.into(),
            redirect_uris: Vec::new(),
            scope: None,
            account: None,
            form: None,
            grants: Vec::new(),
            ..own.clone()
        };
        vec![
            own.clone(),
            theirs("document", "public"),
            theirs("registered", "client_secret_post"),
            theirs("document", "private_key_jwt"),
        ]
    }
}

impl Page for NewClient {
    const TEMPLATE: &'static str = "console/client_new.html";

    fn samples() -> Vec<Self> {
        let form = Filled::new().with("auth", "client_secret_basic");
        let wrong = form
            .clone()
            .with("redirectUris", SAMPLE_OUTSIDE)
            .wrong("redirectUris", "expected: https addresses");
        vec![
            Self {
                form,
                accounts: Vec::new(),
            },
            Self {
                form: wrong,
                accounts: vec![("svc_1".into(), SAMPLE_OUTSIDE.into())],
            },
        ]
    }
}

impl Page for Grants {
    const TEMPLATE: &'static str = "console/grants.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            query: String::new(),
            state: "any",
            client: Some(SAMPLE_OUTSIDE.into()),
            owner: Some("user_1".into()),
            grants: GrantLine::samples(),
            pager: Pager::default(),
        };
        let empty = Self {
            state: "active",
            client: None,
            owner: None,
            grants: Vec::new(),
            ..full.clone()
        };
        vec![full, empty]
    }
}
