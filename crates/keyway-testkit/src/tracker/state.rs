use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The one app that is registered.
pub(super) const CLIENT_ID: &str = "app-1";

/// What a tracker knows.
#[derive(Default)]
pub(super) struct State {
    /// Codes that were not used yet, with the challenge, the redirect URI and the workspace of each.
    pub(super) codes: BTreeMap<String, (String, String, String)>,
    /// Refresh tokens that are good, with their workspace.
    pub(super) refreshing: BTreeMap<String, String>,
    /// Access tokens that are good, with their workspace.
    pub(super) access: BTreeMap<String, String>,
    /// API keys, with their workspace.
    pub(super) keys: BTreeMap<String, String>,
    /// Every secret that it gave out.
    pub(super) given: Vec<String>,
    /// How often a token was asked for with a refresh token.
    pub(super) refreshes: usize,
    /// How many of the next requests fail.
    pub(super) failing: usize,
    /// How many requests came.
    pub(super) requests: usize,
    /// What was given back.
    pub(super) revoked: Vec<String>,
    /// What somebody sent that the specifications do not allow.
    pub(super) violations: Vec<String>,
    count: usize,
}

impl State {
    /// A text that was never there.
    pub(super) fn fresh(&mut self, kind: &str) -> String {
        self.count += 1;
        let text = format!("canary-{kind}-{}", self.count);
        self.given.push(text.clone());
        text
    }

    /// Tokens for a workspace.
    pub(super) fn tokens(&mut self, workspace: &str) -> Value {
        let (access, refresh) = (self.fresh("access"), self.fresh("refresh"));
        self.access.insert(access.clone(), workspace.to_owned());
        self.refreshing
            .insert(refresh.clone(), workspace.to_owned());
        json!({
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": 3600,
            "workspace": { "id": workspace, "name": format!("Workspace {workspace}") }
        })
    }

    /// Answers a code, if it is good and proves itself.
    pub(super) fn redeem(&mut self, form: &BTreeMap<String, String>) -> Option<Value> {
        let text = |name: &str| form.get(name).map_or("", String::as_str);
        let (challenge, redirect_uri, workspace) = self.codes.remove(text("code"))?;
        let digest = Sha256::digest(text("code_verifier"));
        if URL_SAFE_NO_PAD.encode(digest) != challenge {
            self.violations
                .push("the verifier is another one".to_owned());
            return None;
        }
        if text("redirect_uri") != redirect_uri {
            self.violations
                .push("the redirect URI is another one".to_owned());
            return None;
        }
        Some(self.tokens(&workspace))
    }

    /// Answers a refresh token, once.
    pub(super) fn refresh(&mut self, form: &BTreeMap<String, String>) -> Option<Value> {
        self.refreshes += 1;
        let workspace = self.refreshing.remove(form.get("refresh_token")?)?;
        Some(self.tokens(&workspace))
    }
}
