use serde::Serialize;

use super::{ExternalLine, GrantLine, KeyLine, Pager};
use crate::Page;

/// What somebody let in themselves: `console/my-access.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MyAccess {
    /// Their API keys, newest first.
    pub keys: Vec<OwnKey>,
    /// The way through the keys.
    pub pager: Pager,
    /// What applications may do in their name, newest first.
    pub grants: Vec<GrantLine>,
    /// Where there are more of them.
    pub more_grants: Option<String>,
    /// Who they are at third parties, the last first.
    pub people: Vec<ExternalLine>,
}

/// An API key of who looks.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnKey {
    /// The key.
    pub key: KeyLine,
    /// Where one is asked whether to end it, while it is not.
    pub revoke: Option<String>,
}

impl Page for MyAccess {
    const TEMPLATE: &'static str = "console/my-access.html";

    fn samples() -> Vec<Self> {
        let keys = KeyLine::samples().into_iter().map(|key| OwnKey {
            revoke: (key.state != "revoked").then(|| "/console/me/access/keys/key_1/revoke".into()),
            key,
        });
        let full = Self {
            keys: keys.collect(),
            pager: Pager::default(),
            grants: GrantLine::samples(),
            more_grants: Some("/console/me/access?grants=grant_1".into()),
            people: vec![ExternalLine::sample()],
        };
        let fresh = Self {
            keys: Vec::new(),
            pager: Pager::default(),
            grants: Vec::new(),
            more_grants: None,
            people: Vec::new(),
        };
        vec![full, fresh]
    }
}
