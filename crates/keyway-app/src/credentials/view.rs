use jiff::Timestamp;
use keyway_core::credential::{CredentialField, CredentialKind, CredentialScope};
use keyway_core::{CredentialDefinition, CredentialId, Error, Secret};
use zeroize::Zeroizing;

use super::Place;

/// An instance as it is shown. Never what is stored of it.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialView {
    /// Its id.
    pub id: CredentialId,
    /// The key of its definition.
    pub key: String,
    /// Where it belongs.
    #[serde(flatten)]
    pub place: Place,
    /// Its name.
    pub name: String,
    /// Whether it is used at its place where none is named.
    pub default: bool,
    /// How often what is stored was set.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When what is stored was last set.
    pub changed_at: Timestamp,
    /// When it was last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// What the service last said against it, until it is set anew or accepted again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error_at: Option<Timestamp>,
    /// When its authorization server last gave tokens, for one of the kind `oauth2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_refreshed_at: Option<Timestamp>,
    /// When its access token expires, as far as is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Whether a person has to connect it again before it is of use.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub needs_reconnecting: bool,
}

/// A credential as it is defined.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DefinitionView {
    /// Its key.
    pub key: String,
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is and where people get one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How it comes to be.
    pub kind: CredentialKind,
    /// Its fields.
    pub fields: Vec<FieldView>,
    /// The only scope it is looked for at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<CredentialScope>,
    /// Where it may be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosts: Option<String>,
    /// The actions that need it.
    pub actions: Vec<String>,
    /// Where someone who connects it is sent, and what is asked for there; for the kind `oauth2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<AuthorizationView>,
}

/// The authorization server of a credential, as it is shown.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizationView {
    /// Its issuer identifier, or its authorization endpoint; the endpoint it is found at, where it is.
    pub server: String,
    /// Whether it is found by asking the endpoint.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub found: bool,
    /// The scopes that are asked for.
    pub scopes: Vec<String>,
}

impl DefinitionView {
    /// Fields as [`Credentials::set`](super::Credentials::set) takes them, out of texts: what is no text
    /// is read as JSON. Of a field that is not known the refusal comes later.
    pub fn object(&self, values: &[(String, Secret<String>)]) -> Result<Secret<String>, Error> {
        let mut object = Zeroizing::new(String::from("{"));
        for (name, value) in values {
            if object.len() > 1 {
                object.push(',');
            }
            object.push_str(&serde_json::Value::from(name.as_str()).to_string());
            object.push(':');
            let text = value.expose();
            let field = self.fields.iter().find(|field| field.name == *name);
            if field.is_none_or(|field| field.text) {
                let quoted = serde_json::to_string(text).map_err(Error::internal)?;
                object.push_str(&Zeroizing::new(quoted));
            } else {
                serde_json::from_str::<serde::de::IgnoredAny>(text)
                    .map_err(|_| Error::invalid_at(format!("/{name}"), "JSON"))?;
                object.push_str(text);
            }
        }
        object.push('}');
        Ok(Secret::new(std::mem::take(&mut *object)))
    }
}

/// A field of a credential.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldView {
    /// Its name.
    pub name: String,
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it is typed without echo.
    pub secret: bool,
    /// Whether it has to be given.
    pub required: bool,
    /// Whether it is taken as text; anything else is read as JSON.
    #[serde(skip)]
    pub text: bool,
}

impl From<CredentialField> for FieldView {
    fn from(field: CredentialField) -> Self {
        Self {
            name: field.name,
            title: field.title,
            description: field.description,
            secret: field.secret,
            required: field.required,
            text: field.text,
        }
    }
}

pub(super) fn definition(of: &CredentialDefinition, actions: Vec<String>) -> DefinitionView {
    DefinitionView {
        key: of.key().to_owned(),
        title: of.get_title().map(str::to_owned),
        description: of.get_description().to_owned(),
        kind: of.kind(),
        // What is leased of an `oauth2` credential is nobody's to type.
        fields: match of.kind() {
            CredentialKind::OAuth2 => Vec::new(),
            _ => of.fields().into_iter().map(FieldView::from).collect(),
        },
        scope: of.pin(),
        hosts: of.get_hosts().map(ToString::to_string),
        actions,
        authorization: of.server().map(|server| AuthorizationView {
            found: server.found_at.is_some(),
            server: server
                .found_at
                .as_ref()
                .or(server.issuer.as_ref())
                .or(server.authorization_endpoint.as_ref())
                .cloned()
                .unwrap_or_default(),
            scopes: server.scopes.clone(),
        }),
    }
}
