use serde::Serialize;

use super::{Filled, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// The API keys of the organization: `console/api_keys.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeys {
    /// What is searched.
    pub query: String,
    /// The keys, newest first.
    pub keys: Vec<KeyLine>,
    /// The way through them.
    pub pager: Pager,
}

/// An API key as a line; never the key itself.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyLine {
    /// Its page.
    pub href: String,
    /// What it is for. Text from outside.
    pub name: String,
    /// Its first characters.
    pub shown: String,
    /// Whose it is. Text from outside.
    pub owner: String,
    /// Their page.
    pub owner_href: String,
    /// What it may be used for.
    pub scopes: String,
    /// `active`, `expired` or `revoked`; its text is `key-state-{state}`.
    pub state: &'static str,
    /// When it was made.
    pub made: Moment,
    /// When it was last used.
    pub used: Option<Moment>,
    /// From when on it is no longer valid.
    pub until: Option<Moment>,
}

/// One API key: `console/api_key.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyPage {
    /// The key.
    pub key: KeyLine,
    /// Its id.
    pub id: String,
    /// The form of `name`.
    pub form: Filled,
    /// The form of a replacement, of `overlap`.
    pub rotation: Filled,
    /// Whether who looks may replace it: a person's key is replaced by themselves.
    pub replaceable: bool,
    /// The page of the key it replaced.
    pub replaced: Option<String>,
    /// What was refused.
    pub trouble: Filled,
}

/// The form of a new key, of `name`, `owner`, `reach`, `tools`, `approvals`, `admin` and `life`:
/// `console/api_key_new.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewKey {
    /// The form.
    pub form: Filled,
    /// Whom it can be for: an id, and a name that is text from outside. The first is who looks. Empty
    /// where it is for who looks.
    pub owners: Vec<(String, String)>,
    /// The page of keys this one is made from; the form is sent to `new` below it.
    pub on: &'static str,
}

impl KeyLine {
    /// One of each state.
    pub(super) fn samples() -> Vec<Self> {
        let line = |state: &'static str| Self {
            href: "/console/api-keys/key_1".into(),
            name: SAMPLE_OUTSIDE.into(),
            shown: "kw_abcdef".into(),
            owner: SAMPLE_OUTSIDE.into(),
            owner_href: "/console/people/user_1".into(),
            scopes: "mcp approvals".into(),
            state,
            made: Moment::sample(90_000),
            used: (state == "active").then(|| Moment::sample(60)),
            until: (state == "expired").then(|| Moment::sample(10)),
        };
        ["active", "expired", "revoked"].map(line).into()
    }
}

impl Page for ApiKeys {
    const TEMPLATE: &'static str = "console/api_keys.html";

    fn samples() -> Vec<Self> {
        let of = |query: &str, keys| Self {
            query: query.into(),
            keys,
            pager: Pager::default(),
        };
        vec![
            of("", KeyLine::samples()),
            of("", Vec::new()),
            of("x", Vec::new()),
        ]
    }
}

impl Page for KeyPage {
    const TEMPLATE: &'static str = "console/api_key.html";

    fn samples() -> Vec<Self> {
        let page = |key: KeyLine| Self {
            replaceable: key.state == "active",
            replaced: (key.state == "active").then(|| "/console/api-keys/key_0".into()),
            key,
            id: "key_1".into(),
            form: Filled::new().with("name", SAMPLE_OUTSIDE).of_revision(1),
            rotation: Filled::new().with("overlap", "86400"),
            trouble: Filled::new(),
        };
        KeyLine::samples().into_iter().map(page).collect()
    }
}

impl Page for NewKey {
    const TEMPLATE: &'static str = "console/api_key_new.html";

    fn samples() -> Vec<Self> {
        let form = Filled::new().with("reach", "mcp").with("life", "90");
        let wrong = form.clone().with("name", SAMPLE_OUTSIDE);
        vec![
            Self {
                form,
                owners: vec![(String::new(), SAMPLE_OUTSIDE.into())],
                on: "/console/api-keys",
            },
            Self {
                form: wrong.clone(),
                owners: Vec::new(),
                on: "/console/me/access",
            },
            Self {
                form: wrong.wrong("name", "expected: 1 to 100 visible characters"),
                owners: vec![(String::new(), "Ada".into()), ("svc_1".into(), "ci".into())],
                on: "/console/api-keys",
            },
        ]
    }
}
