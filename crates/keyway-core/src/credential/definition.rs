use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::field::fields;
use super::{CredentialField, CredentialScope, OAuth2, oauth2};
use crate::action::{Origin, Schema, input_schema};
use crate::names::CREDENTIAL_KEY;
use crate::ports::{BadHost, Hosts};

/// What the names of form fields of the gateway's own begin with.
const OURS: &str = "keyway_";

/// How a credential comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CredentialKind {
    /// Someone types its fields in.
    ApiKey,
    /// Someone connects it in the browser: the service's authorization server gives tokens, and the
    /// gateway renews them.
    #[serde(rename = "oauth2")]
    OAuth2,
    /// The service asks for nothing; there is nothing to store.
    None,
}

impl CredentialKind {
    /// The kind as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::OAuth2 => "oauth2",
            Self::None => "none",
        }
    }
}

/// The secret of an external service as a type: what is stored of it is read into this.
///
/// ```
/// use keyway_core::{Credential, Secret};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// #[serde(rename_all = "camelCase")]
/// struct Acme {
///     api_key: Secret<String>,
/// }
///
/// impl Credential for Acme {
///     const KEY: &'static str = "acme";
/// }
///
/// let definition = Acme::definition();
/// assert_eq!(definition.key(), "acme");
/// assert_eq!(definition.fields()[0].name, "apiKey");
/// assert!(definition.fields()[0].secret);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no credential",
    label = "expected a credential",
    note = "credentials are made with `#[derive(keyway::Credential)]`",
    note = "what beside an argument named `input` an action takes is a credential; what a client sends goes into the type of `input`"
)]
pub trait Credential: DeserializeOwned + JsonSchema + Send + 'static {
    /// Its key: what `keyway credentials set` calls it.
    const KEY: &'static str;

    /// Its definition. Says what the type cannot: a title, the hosts it may be sent to.
    fn definition() -> CredentialDefinition {
        CredentialDefinition::of::<Self>()
    }
}

/// What a credential looks like: its key, its fields, where it may be sent.
///
/// ```
/// use keyway_core::CredentialDefinition;
/// use serde_json::json;
///
/// let acme = CredentialDefinition::new("acme", json!({
///     "type": "object",
///     "properties": { "apiKey": { "type": "string" } },
///     "required": ["apiKey"],
/// }))
/// .hosts(["api.acme.example"]);
/// assert!(acme.get_hosts().unwrap().names("api.acme.example", 443));
/// ```
#[derive(Debug, Clone)]
pub struct CredentialDefinition {
    key: String,
    title: Option<String>,
    description: String,
    kind: CredentialKind,
    oauth2: Option<Arc<OAuth2>>,
    schema: Value,
    hosts: Option<Result<Hosts, BadHost>>,
    pin: Option<CredentialScope>,
    check: Option<String>,
    defined_at: Origin,
}

impl CredentialDefinition {
    /// A credential whose fields are the properties of an object schema (JSON Schema 2020-12). Each is
    /// secret unless it says `writeOnly: false`.
    #[track_caller]
    pub fn new(key: impl Into<String>, schema: Value) -> Self {
        Self {
            key: key.into(),
            title: None,
            description: String::new(),
            kind: CredentialKind::ApiKey,
            oauth2: None,
            schema,
            hosts: None,
            pin: None,
            check: None,
            defined_at: Origin::here(),
        }
    }

    /// The credential a type is.
    #[track_caller]
    pub fn of<C: Credential>() -> Self {
        Self::new(C::KEY, input_schema::<C>())
    }

    /// A service that asks for nothing.
    #[track_caller]
    pub fn none(key: impl Into<String>) -> Self {
        Self {
            kind: CredentialKind::None,
            ..Self::new(key, serde_json::json!({ "type": "object" }))
        }
    }

    /// A service whose authorization server gives tokens: someone connects it in the browser. Its one
    /// field is `accessToken`.
    ///
    /// ```
    /// use keyway_core::CredentialDefinition;
    /// use keyway_core::credential::OAuth2;
    ///
    /// let acme = CredentialDefinition::oauth2("acme", OAuth2::of_issuer("https://as.acme.example"));
    /// assert_eq!(acme.fields()[0].name, "accessToken");
    /// assert_eq!(acme.fault(), None);
    /// ```
    #[track_caller]
    pub fn oauth2(key: impl Into<String>, server: OAuth2) -> Self {
        Self::new(key, oauth2::schema()).connected_at(server)
    }

    /// Says that what the type stands for comes from this authorization server: someone connects it
    /// in the browser. The type has the field `access_token` alone.
    pub fn connected_at(mut self, server: OAuth2) -> Self {
        self.kind = CredentialKind::OAuth2;
        self.oauth2 = Some(Arc::new(server));
        self
    }

    /// A name for people.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// What it is and where people get one.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The hosts it may be sent to, as `api.acme.example`, `*.acme.example` or `localhost:8080`. What
    /// an action with this credential sends anywhere else through [`Context::http`] is refused. A host
    /// that is written out may be in a private network; one below a `*.` is public, or in `egress.allow`.
    ///
    /// One that is no host is found when the gateway starts.
    ///
    /// [`Context::http`]: crate::Context::http
    pub fn hosts<H: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.hosts = Some(Hosts::new(hosts));
        self
    }

    /// The only scope it is looked for at.
    pub fn scope(mut self, pin: CredentialScope) -> Self {
        self.pin = Some(pin);
        self
    }

    /// The action that tells whether an instance is good: it succeeds with one that is.
    pub fn check(mut self, action: impl Into<String>) -> Self {
        self.check = Some(action.into());
        self
    }

    /// Its key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its name for people, if it has one.
    pub fn get_title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// What it is.
    pub fn get_description(&self) -> &str {
        &self.description
    }

    /// How it comes to be.
    pub fn kind(&self) -> CredentialKind {
        self.kind
    }

    /// The authorization server it comes from, for one of the kind `oauth2`.
    pub fn server(&self) -> Option<&Arc<OAuth2>> {
        self.oauth2.as_ref()
    }

    /// JSON Schema of its fields together.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// Its fields, in the order of the schema.
    pub fn fields(&self) -> Vec<CredentialField> {
        fields(&self.schema)
    }

    /// Where it may be sent; `None` when nothing was said.
    pub fn get_hosts(&self) -> Option<&Hosts> {
        self.hosts.as_ref()?.as_ref().ok()
    }

    /// Why it cannot be used, if it cannot: for whoever defined it.
    pub fn fault(&self) -> Option<String> {
        if !CREDENTIAL_KEY.allows(&self.key) {
            return Some(format!("expected {}", CREDENTIAL_KEY.expectation()));
        }
        if let Some(Err(error)) = &self.hosts {
            return Some(format!("its hosts: {error}"));
        }
        if self.schema.get("type").and_then(Value::as_str) != Some("object") {
            return Some("its fields are no object: `type` has to be `object`".to_owned());
        }
        let ours = |field: &CredentialField| field.name == "csrf" || field.name.starts_with(OURS);
        if let Some(field) = self.fields().into_iter().find(ours) {
            return Some(format!(
                "the field `{}` has a name that forms of the gateway use: `csrf`, and what begins with \
                 `{OURS}`",
                field.name
            ));
        }
        if let Some(server) = &self.oauth2 {
            let fault = server.fault().or_else(|| oauth2::unfit(&self.schema));
            if fault.is_some() {
                return fault;
            }
        }
        let compiled = Schema::compile(&self.schema).err()?;
        Some(format!("the schema of its fields: {compiled}"))
    }

    /// The only scope it is looked for at, if there is one.
    pub fn pin(&self) -> Option<CredentialScope> {
        self.pin
    }

    /// The slug of the action that tells whether an instance is good.
    pub fn get_check(&self) -> Option<&str> {
        self.check.as_deref()
    }

    /// Where it was defined.
    pub fn defined_at(&self) -> &Origin {
        &self.defined_at
    }

    /// Says where it was defined, where that is not the line that made it.
    pub fn defined(mut self, at: Origin) -> Self {
        self.defined_at = at;
        self
    }
}
