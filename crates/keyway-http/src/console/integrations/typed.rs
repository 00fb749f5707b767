//! The form of a connector: what was typed, what is stored, and what is wrong with it.

use std::time::Duration;

use keyway_app::connectors::{
    AuthDraft, AuthView, ConnectorDraft, ConnectorScope, ConnectorView, HeaderDraft, OauthDraft,
    OauthMode,
};
use keyway_core::{Error, Problem, Secret};
use keyway_pages::console_context::Filled;

use super::shown;
use crate::console::form;
use crate::pages::PageForm;

/// The fields whose values are shown again. No secret is among them.
const SHOWN: &[&str] = &[
    "name",
    "url",
    "auth",
    "no_token",
    "header",
    "scheme",
    "client_id",
    "scopes",
    "scope",
    "project",
    "role_owner",
    "role_admin",
    "role_member",
    "allow",
    "deny",
    "connect_timeout",
    "call_timeout",
];

/// The roles, and the fields that choose them.
const ROLES: [(&str, &str); 3] = [
    ("role_owner", "owner"),
    ("role_admin", "admin"),
    ("role_member", "member"),
];

/// What was sent, to be shown again: of further headers the names alone.
pub(super) fn sent(form: &PageForm) -> Filled {
    let names = lines(form.get("more")).into_iter().map(|line| {
        let name = line.split_once(':').map_or("", |(name, _)| name.trim());
        format!("{name}:\n")
    });
    let more: String = names.filter(|line| line != ":\n").collect();
    form::sent(form, SHOWN).with("more", more)
}

/// Whether anything beyond name and address was filled in, or is wrong.
pub(super) fn is_advanced(filled: &Filled) -> bool {
    let plain = |(name, value): (&String, &String)| {
        matches!(name.as_str(), "name" | "url")
            || value.is_empty()
            || (name == "auth" && value == "headers")
            || (name == "scope" && value == "organization")
    };
    !filled.values.iter().all(plain)
        || filled
            .errors
            .keys()
            .any(|name| !matches!(name.as_str(), "name" | "url"))
}

/// The form of a connector that is there.
pub(super) fn stored(view: &ConnectorView) -> Filled {
    let seconds = |ms: Option<u64>| ms.map_or_else(String::new, seconds);
    let mut filled = Filled::new()
        .with("name", &view.name)
        .with("url", &view.url)
        .with("allow", view.allow.clone().unwrap_or_default().join("\n"))
        .with("deny", view.deny.join("\n"))
        .with("connect_timeout", seconds(view.connect_timeout_ms))
        .with("call_timeout", seconds(view.call_timeout_ms));
    filled = match &view.auth {
        AuthView::None => filled.with("auth", "headers"),
        AuthView::Headers { headers } => {
            let (first, rest) = headers
                .split_first()
                .map_or((None, &[][..]), |(a, b)| (Some(a), b));
            let more: Vec<_> = rest.iter().map(|one| format!("{}:\n", one.name)).collect();
            let scheme = first.and_then(|one| one.scheme.clone()).unwrap_or_default();
            filled
                .with("auth", "headers")
                .with("header", first.map_or("", |one| &one.name))
                .with("scheme", scheme)
                .with("more", more.concat())
        }
        AuthView::Oauth(oauth) => filled
            .with("auth", shown::mode(oauth.mode))
            .with("client_id", oauth.client_id.clone().unwrap_or_default())
            .with("scopes", oauth.scopes.join(" ")),
    };
    filled = match &view.scope {
        ConnectorScope::Organization => filled.with("scope", "organization"),
        ConnectorScope::Project { project } => {
            filled.with("scope", "project").with("project", project)
        }
        ConnectorScope::Roles { roles } => {
            let filled = filled.with("scope", "roles");
            ROLES.iter().fold(filled, |filled, (field, role)| {
                let on = roles.iter().any(|one| one == role);
                filled.with(field, if on { "on" } else { "" })
            })
        }
    };
    filled.of_revision(u64::try_from(view.revision).unwrap_or_default())
}

/// What was typed, as a draft. `before` is how the connector is authenticated to now.
pub(super) fn draft(form: &PageForm, before: Option<&AuthView>) -> Result<ConnectorDraft, Error> {
    let mut problems = Vec::new();
    let mut limit = |field: &str| match form.get(field).trim() {
        "" => None,
        text => match text.parse::<f64>() {
            Ok(seconds) if (0.0..=1e6).contains(&seconds) => Some(Duration::from_secs_f64(seconds)),
            _ => {
                problems.push(Problem {
                    pointer: format!("/{field}"),
                    expected: "a number of seconds".into(),
                });
                None
            }
        },
    };
    let (connect_timeout, call_timeout) = (limit("connect_timeout"), limit("call_timeout"));
    if !problems.is_empty() {
        return Err(Error::invalid_input(problems));
    }
    let allow = lines(form.get("allow"));
    Ok(ConnectorDraft {
        scope: scope(form),
        auth: auth(form, before),
        allow: (!allow.is_empty()).then_some(allow),
        deny: lines(form.get("deny")),
        connect_timeout,
        call_timeout,
        ..ConnectorDraft::new(form.get("name"), form.get("url"))
    })
}

fn scope(form: &PageForm) -> ConnectorScope {
    match form.get("scope") {
        "project" => ConnectorScope::Project {
            project: form.get("project").to_owned(),
        },
        "roles" => ConnectorScope::Roles {
            roles: ROLES
                .iter()
                .filter(|(field, _)| form.get(field) == "on")
                .map(|(_, role)| (*role).to_owned())
                .collect(),
        },
        _ => ConnectorScope::Organization,
    }
}

fn auth(form: &PageForm, before: Option<&AuthView>) -> AuthDraft {
    let mode = match form.get("auth") {
        "oauth_shared" => OauthMode::Shared,
        "oauth_per_user" => OauthMode::PerUser,
        "oauth_client" => OauthMode::ClientCredentials,
        _ => return headers(form, before),
    };
    let scopes = form.get("scopes").split_whitespace();
    AuthDraft::Oauth(OauthDraft {
        mode,
        scopes: scopes.map(str::to_owned).collect(),
        client_id: given(form.get("client_id")),
        client_secret: given(form.get("client_secret")).map(Secret::new),
    })
}

fn headers(form: &PageForm, before: Option<&AuthView>) -> AuthDraft {
    let mut headers = Vec::new();
    let (token, header, scheme) = (
        given(form.get("token")).map(Secret::new),
        given(form.get("header")),
        given(form.get("scheme")),
    );
    let had = matches!(before, Some(AuthView::Headers { headers }) if !headers.is_empty());
    let keeps = had && form.get("no_token") != "on";
    if token.is_some() || keeps || (!had && (header.is_some() || scheme.is_some())) {
        headers.push(HeaderDraft {
            name: header,
            scheme,
            value: token,
        });
    }
    for line in lines(form.get("more")) {
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        headers.push(HeaderDraft {
            name: Some(name.trim().to_owned()),
            scheme: None,
            value: given(value).map(Secret::new),
        });
    }
    if headers.is_empty() {
        return AuthDraft::None;
    }
    AuthDraft::Headers(headers)
}

/// What is wrong, at the fields of the form. Headers behind the first one are in `more`.
pub(super) fn at_fields(error: Error, draft: &ConnectorDraft, form: &PageForm) -> Error {
    if error.problems().is_empty() {
        return error;
    }
    let first_is_token = match &draft.auth {
        AuthDraft::Headers(headers) => headers.len() > lines(form.get("more")).len(),
        _ => true,
    };
    let field = |pointer: &str| match pointer {
        "/auth/headers/0/value" if first_is_token => "/token",
        "/auth/headers/0/name" if first_is_token => "/header",
        "/auth/headers/0/scheme" if first_is_token => "/scheme",
        "/auth/clientId" => "/client_id",
        "/auth/clientSecret" => "/client_secret",
        "/connectTimeoutMs" => "/connect_timeout",
        "/callTimeoutMs" => "/call_timeout",
        other if other.starts_with("/auth/headers") => "/more",
        "/name" => "/name",
        "/url" => "/url",
        "/project" => "/project",
        "/roles" => "/roles",
        "/allow" => "/allow",
        "/deny" => "/deny",
        "/connect_timeout" => "/connect_timeout",
        "/call_timeout" => "/call_timeout",
        _ => "",
    };
    let moved = error.problems().iter().map(|problem| Problem {
        pointer: field(&problem.pointer).to_owned(),
        expected: problem.expected.clone(),
    });
    Error::invalid_input(moved.collect())
}

fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn lines(text: &str) -> Vec<String> {
    text.lines().filter_map(given).collect()
}

/// Milliseconds as seconds, as somebody would type them.
pub(super) fn seconds(ms: u64) -> String {
    match (ms / 1_000, ms % 1_000) {
        (whole, 0) => whole.to_string(),
        (whole, rest) => format!("{whole}.{rest:03}"),
    }
}
