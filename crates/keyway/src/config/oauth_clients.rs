use std::collections::BTreeMap;
use std::path::Path;

use keyway_app::credentials;
use keyway_core::Secret;
use serde_json::{Map, Value, json};

use super::environment::Environment;
use super::reader::Wrong;
use super::reference;

/// Who the gateway is at the authorization servers of credentials, as it is written.
#[derive(Debug, Clone, Default)]
pub struct OAuthClients(BTreeMap<String, OAuthClient>);

/// One client.
#[derive(Debug, Clone, Default)]
pub struct OAuthClient {
    /// What the gateway takes of it; the secret is filled in last.
    pub client: credentials::OAuthClient,
    /// Where its secret is: `@env:NAME`, `@file:PATH`.
    pub secret_reference: Option<String>,
}

impl OAuthClients {
    /// As the application takes it.
    pub(crate) fn settings(&self) -> credentials::OAuthClients {
        let all = self.0.iter();
        all.map(|(key, of)| (key.clone(), of.client.clone()))
            .collect()
    }

    /// Knows one client more, for the credential of this key.
    pub fn insert(&mut self, key: impl Into<String>, client: credentials::OAuthClient) {
        let client = OAuthClient {
            client,
            secret_reference: None,
        };
        self.0.insert(key.into(), client);
    }

    /// Fills in the secrets. Answers the variables they came from.
    pub(super) fn fill(
        &mut self,
        environment: &Environment,
        base: &Path,
    ) -> Result<Vec<String>, String> {
        let mut used = Vec::new();
        for (key, of) in &mut self.0 {
            let Some(text) = &of.secret_reference else {
                continue;
            };
            let secret: Secret<String> = reference::resolve(environment, base, text)
                .map_err(|wrong| format!("{key}: client_secret: {wrong}"))?;
            of.client.client_secret = Some(secret);
            used.extend(reference::variables(text));
        }
        Ok(used)
    }
}

/// Clients by the key of a credential.
pub(super) fn read(value: &Value) -> Result<OAuthClients, Wrong> {
    let all = value
        .as_object()
        .ok_or_else(|| Wrong::expected("clients by the key of their credential"))?;
    let each = all.iter();
    let all = each.map(|(key, value)| Ok((key.clone(), client(value)?)));
    all.collect::<Result<_, _>>().map(OAuthClients)
}

fn client(value: &Value) -> Result<OAuthClient, Wrong> {
    let fields = value
        .as_object()
        .ok_or_else(|| Wrong::expected("a client with `client_id`"))?;
    let known = ["client_id", "client_secret"];
    if fields.keys().any(|key| !known.contains(&key.as_str())) {
        return Err(Wrong("expected only client_id, client_secret".into()));
    }
    let client_id = text(fields, "client_id")?;
    let client_id = client_id.ok_or_else(|| Wrong("a client needs `client_id`".into()))?;
    let secret_reference = text(fields, "client_secret")?;
    let refers = |text: &String| text.starts_with("@env:") || text.starts_with("@file:");
    if !secret_reference.as_ref().is_none_or(refers) {
        return Err(Wrong::expected(
            "`client_secret` to be `@env:NAME` or `@file:PATH`",
        ));
    }
    Ok(OAuthClient {
        client: credentials::OAuthClient {
            client_id,
            client_secret: None,
        },
        secret_reference,
    })
}

/// The clients as they are written, without any secret.
pub(super) fn show(all: &OAuthClients) -> Value {
    let show = |(key, of): (&String, &OAuthClient)| {
        let shown = json!({
            "client_id": of.client.client_id,
            "client_secret": of.secret_reference,
        });
        (key.clone(), shown)
    };
    all.0.iter().map(show).collect::<Map<_, _>>().into()
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, Wrong> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(Wrong(format!("expected `{name}` to be a text"))),
    }
}
