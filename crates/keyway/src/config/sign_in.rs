use std::time::Duration;

use keyway_app::people::{self, GroupRole, HashCost, SignInSettings, Signup};
use keyway_core::{Role, Secret};
use serde_json::{Map, Value, json};

use super::environment::Environment;
use super::reader::Wrong;
use super::reference;

/// How people sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// After how long without a request a web session ends.
    pub session_idle: Duration,
    /// After how long a web session ends in any case.
    pub session_lifetime: Duration,
    /// The fewest characters of a password.
    pub password_min_length: usize,
    /// Memory that hashing a password takes, in bytes.
    pub hash_memory: usize,
    /// How often hashing goes over it.
    pub hash_passes: u32,
    /// Who may become a user.
    pub signup: Signup,
    /// OpenID providers.
    pub oidc: Vec<OidcProvider>,
}

/// An OpenID provider as it is written.
#[derive(Debug, Clone, Default)]
pub struct OidcProvider {
    /// What the gateway takes of it; the secret is filled in last.
    pub provider: Option<people::OidcProvider>,
    /// Where its secret is: `@env:NAME`, `@file:PATH`.
    pub secret_reference: Option<String>,
}

impl Default for SignIn {
    fn default() -> Self {
        let settings = SignInSettings::default();
        Self {
            session_idle: settings.session_idle,
            session_lifetime: settings.session_lifetime,
            password_min_length: settings.password_min_length,
            hash_memory: kib(settings.hash.memory_kib),
            hash_passes: settings.hash.passes,
            signup: settings.signup,
            oidc: Vec::new(),
        }
    }
}

impl SignIn {
    /// As the application takes it.
    pub(crate) fn settings(&self) -> SignInSettings {
        SignInSettings {
            session_idle: self.session_idle,
            session_lifetime: self.session_lifetime,
            password_min_length: self.password_min_length,
            hash: HashCost {
                memory_kib: u32::try_from(self.hash_memory / 1024).unwrap_or(u32::MAX),
                passes: self.hash_passes,
            },
            signup: self.signup.clone(),
            oidc: self
                .oidc
                .iter()
                .filter_map(|entry| entry.provider.clone())
                .collect(),
        }
    }

    /// Fills in the providers' secrets. Answers the variables they came from.
    pub(super) fn fill(
        &mut self,
        environment: &Environment,
        base: &std::path::Path,
    ) -> Result<Vec<String>, String> {
        let mut used = Vec::new();
        for entry in &mut self.oidc {
            let (Some(provider), Some(text)) = (&mut entry.provider, &entry.secret_reference)
            else {
                continue;
            };
            let secret: Secret<String> = reference::resolve(environment, base, text)
                .map_err(|wrong| format!("{}: client_secret: {wrong}", provider.id))?;
            provider.client_secret = Some(secret);
            used.extend(reference::variables(text));
        }
        Ok(used)
    }
}

/// `closed`, `invited`, `open`, or `domain:` and domains separated by commas.
pub(super) fn signup(text: &str) -> Result<Signup, Wrong> {
    let wrong = || Wrong::expected("`closed`, `invited`, `open`, or `domain:example.com,…`");
    match text.trim() {
        "closed" => Ok(Signup::Closed),
        "invited" => Ok(Signup::Invited),
        "open" => Ok(Signup::Open),
        other => {
            let domains = other.strip_prefix("domain:").ok_or_else(wrong)?;
            let domains: Vec<_> = domains
                .split(',')
                .map(|domain| domain.trim().to_ascii_lowercase())
                .collect();
            let good = |domain: &String| {
                let plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
                !domain.is_empty() && domain.chars().all(plain) && !domain.starts_with('.')
            };
            if domains.iter().all(good) {
                return Ok(Signup::Domains(domains));
            }
            Err(wrong())
        }
    }
}

/// The policy as it is written.
pub(super) fn show_signup(signup: &Signup) -> String {
    match signup {
        Signup::Closed => "closed".into(),
        Signup::Invited => "invited".into(),
        Signup::Open => "open".into(),
        Signup::Domains(all) => format!("domain:{}", all.join(",")),
    }
}

/// A list of providers.
pub(super) fn providers(value: &Value) -> Result<Vec<OidcProvider>, Wrong> {
    let all = value
        .as_array()
        .ok_or_else(|| Wrong::expected("a list of providers"))?;
    let all: Vec<_> = all.iter().map(provider).collect::<Result<_, _>>()?;
    let ids = all.iter().filter_map(|entry| entry.provider.as_ref());
    let mut ids: Vec<_> = ids.map(|provider| &provider.id).collect();
    ids.sort();
    if ids.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(Wrong("two providers have the same `id`".into()));
    }
    Ok(all)
}

fn provider(value: &Value) -> Result<OidcProvider, Wrong> {
    const KNOWN: &[&str] = &[
        "id",
        "name",
        "issuer",
        "client_id",
        "client_secret",
        "scopes",
        "groups_claim",
        "roles",
        "allowed_domains",
        "organization",
    ];
    let fields = value
        .as_object()
        .ok_or_else(|| Wrong::expected("providers with `id`, `issuer` and `client_id`"))?;
    if fields.keys().any(|key| !KNOWN.contains(&key.as_str())) {
        return Err(Wrong(format!("expected only {}", KNOWN.join(", "))));
    }
    let needed =
        |name: &str| text(fields, name)?.ok_or_else(|| Wrong(format!("a provider needs `{name}`")));
    let id = needed("id")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.len() > 32 || !id.chars().all(plain) {
        return Err(Wrong::expected(
            "an `id` of up to 32 of `a-z`, `0-9` and `-`",
        ));
    }
    let secret_reference = text(fields, "client_secret")?;
    let refers = |text: &String| text.starts_with("@env:") || text.starts_with("@file:");
    if !secret_reference.as_ref().is_none_or(refers) {
        return Err(Wrong::expected(
            "`client_secret` to be `@env:NAME` or `@file:PATH`",
        ));
    }
    let issuer = needed("issuer")?;
    keyway_oauth::oidc::discovery_url(&issuer).map_err(|error| Wrong(error.to_string()))?;
    let provider = people::OidcProvider {
        name: text(fields, "name")?.unwrap_or_else(|| id.clone()),
        id,
        issuer,
        client_id: needed("client_id")?,
        client_secret: None,
        scopes: texts(fields, "scopes")?.unwrap_or_else(|| vec!["email".into(), "profile".into()]),
        groups_claim: text(fields, "groups_claim")?,
        roles: roles(fields)?,
        allowed_domains: texts(fields, "allowed_domains")?.unwrap_or_default(),
        organization: text(fields, "organization")?.unwrap_or_else(|| "default".into()),
    };
    if provider.groups_claim.is_none() && !provider.roles.is_empty() {
        return Err(Wrong("`roles` need a `groups_claim`".into()));
    }
    Ok(OidcProvider {
        provider: Some(provider),
        secret_reference,
    })
}

/// The providers as they are written, without any secret.
pub(super) fn show_providers(all: &[OidcProvider]) -> Value {
    let show = |entry: &OidcProvider| {
        let of = entry.provider.as_ref()?;
        let roles = of
            .roles
            .iter()
            .map(|rule| (rule.group.clone(), rule.role.as_str().into()));
        Some(json!({
            "id": of.id,
            "name": of.name,
            "issuer": of.issuer,
            "client_id": of.client_id,
            "client_secret": entry.secret_reference,
            "scopes": of.scopes,
            "groups_claim": of.groups_claim,
            "roles": roles.collect::<Map<String, Value>>(),
            "allowed_domains": of.allowed_domains,
            "organization": of.organization,
        }))
    };
    all.iter().filter_map(show).collect()
}

fn roles(fields: &Map<String, Value>) -> Result<Vec<GroupRole>, Wrong> {
    let wrong = || Wrong::expected("`roles` to give groups `admin` or `member`");
    let Some(value) = fields.get("roles") else {
        return Ok(Vec::new());
    };
    let all = value.as_object().ok_or_else(wrong)?;
    all.iter()
        .map(|(group, role)| {
            let role = match role.as_str() {
                Some("admin") => Role::Admin,
                Some("member") => Role::Member,
                _ => return Err(wrong()),
            };
            Ok(GroupRole {
                group: group.clone(),
                role,
            })
        })
        .collect()
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, Wrong> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(Wrong(format!("expected `{name}` to be a text"))),
    }
}

fn texts(fields: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, Wrong> {
    let wrong = || Wrong(format!("expected `{name}` to be a list of texts"));
    let Some(value) = fields.get(name) else {
        return Ok(None);
    };
    let all = value.as_array().ok_or_else(wrong)?;
    let texts = all
        .iter()
        .map(|one| one.as_str().map(str::to_owned).ok_or_else(wrong));
    texts.collect::<Result<_, _>>().map(Some)
}

fn kib(number: u32) -> usize {
    usize::try_from(number)
        .unwrap_or(usize::MAX)
        .saturating_mul(1024)
}
