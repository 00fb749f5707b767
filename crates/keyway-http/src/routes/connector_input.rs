#![expect(clippy::option_option, reason = "`null` is not the same as nothing")]

use std::time::Duration;

use keyway_app::connectors::{
    AuthDraft, ConnectorDraft, ConnectorPatch, ConnectorScope, HeaderDraft, OauthDraft, OauthMode,
};
use keyway_core::{Error, Secret};
use serde::{Deserialize, Deserializer};

/// A connector to make, or to try out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct New {
    name: String,
    url: String,
    scope: Option<String>,
    project: Option<String>,
    roles: Option<Vec<String>>,
    auth: Option<Auth>,
    enabled: Option<bool>,
    allow: Option<Vec<String>>,
    #[serde(default)]
    deny: Vec<String>,
    connect_timeout_ms: Option<u64>,
    call_timeout_ms: Option<u64>,
}

/// What is to change of a connector.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Patch {
    pub(super) revision: Option<i64>,
    name: Option<String>,
    url: Option<String>,
    scope: Option<String>,
    project: Option<String>,
    roles: Option<Vec<String>>,
    auth: Option<Auth>,
    enabled: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    allow: Option<Option<Vec<String>>>,
    deny: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    connect_timeout_ms: Option<Option<u64>>,
    #[serde(default, deserialize_with = "given")]
    call_timeout_ms: Option<Option<u64>>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Auth {
    None {},
    Headers {
        headers: Vec<Header>,
    },
    #[serde(rename_all = "camelCase")]
    Oauth {
        mode: OauthMode,
        #[serde(default)]
        scopes: Vec<String>,
        client_id: Option<String>,
        client_secret: Option<Secret<String>>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: Option<String>,
    scheme: Option<String>,
    value: Option<Secret<String>>,
}

impl New {
    pub(super) fn draft(self) -> Result<ConnectorDraft, Error> {
        let scope = scope(self.scope.as_deref(), self.project, self.roles)?;
        Ok(ConnectorDraft {
            scope: scope.unwrap_or(ConnectorScope::Organization),
            auth: self.auth.map(Auth::draft).unwrap_or_default(),
            enabled: self.enabled.unwrap_or(true),
            allow: self.allow,
            deny: self.deny,
            connect_timeout: self.connect_timeout_ms.map(Duration::from_millis),
            call_timeout: self.call_timeout_ms.map(Duration::from_millis),
            ..ConnectorDraft::new(self.name, self.url)
        })
    }
}

impl Patch {
    pub(super) fn patch(self) -> Result<ConnectorPatch, Error> {
        let limit = |given: Option<u64>| given.map(Duration::from_millis);
        Ok(ConnectorPatch {
            scope: scope(self.scope.as_deref(), self.project, self.roles)?,
            name: self.name,
            url: self.url,
            auth: self.auth.map(Auth::draft),
            enabled: self.enabled,
            allow: self.allow,
            deny: self.deny,
            connect_timeout: self.connect_timeout_ms.map(limit),
            call_timeout: self.call_timeout_ms.map(limit),
        })
    }
}

impl Auth {
    fn draft(self) -> AuthDraft {
        match self {
            Self::None {} => AuthDraft::None,
            Self::Headers { headers } => {
                let header = |header: Header| HeaderDraft {
                    name: header.name,
                    scheme: header.scheme,
                    value: header.value,
                };
                AuthDraft::Headers(headers.into_iter().map(header).collect())
            }
            Self::Oauth {
                mode,
                scopes,
                client_id,
                client_secret,
            } => AuthDraft::Oauth(OauthDraft {
                mode,
                scopes,
                client_id,
                client_secret,
            }),
        }
    }
}

/// Who may use it; `None` where nothing is said.
fn scope(
    scope: Option<&str>,
    project: Option<String>,
    roles: Option<Vec<String>>,
) -> Result<Option<ConnectorScope>, Error> {
    let nothing = |at: &str| Err(Error::invalid_at(at, "nothing, with this scope"));
    match (scope, project, roles) {
        (None, None, None) => Ok(None),
        (Some("organization"), None, None) => Ok(Some(ConnectorScope::Organization)),
        (None | Some("project"), Some(project), None) => {
            Ok(Some(ConnectorScope::Project { project }))
        }
        (None | Some("roles"), None, Some(roles)) => Ok(Some(ConnectorScope::Roles { roles })),
        (Some("project"), None, _) => Err(Error::invalid_at(
            "/project",
            "the slug of a project, with this scope",
        )),
        (Some("roles"), _, None) => Err(Error::invalid_at(
            "/roles",
            "one or more of owner, admin and member, with this scope",
        )),
        (Some("organization" | "roles") | None, Some(_), _) => nothing("/project"),
        (Some("organization" | "project"), _, Some(_)) => nothing("/roles"),
        (Some(_), _, _) => Err(Error::invalid_at(
            "/scope",
            "organization, project or roles",
        )),
    }
}

/// Tells `null` from what is not there.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}
