//! Actions that need credentials, and actions without types.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Action, Context, Reply};
use crate::Error;
use crate::credential::{CredentialNeed, CredentialScope, Credentials};
use crate::rpc::RawJson;

impl Action {
    /// An action whose function takes credentials as its last argument: one type that is a
    /// [`Credential`](crate::Credential), or a tuple of them. It runs only once all of them are there.
    ///
    /// ```
    /// use keyway_core::{Action, Credential, Secret};
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Acme { key: Secret<String> }
    ///
    /// impl Credential for Acme {
    ///     const KEY: &'static str = "acme";
    /// }
    ///
    /// let whoami = Action::with_credentials("whoami", |_, (): (), acme: Acme| async move {
    ///     Ok(acme.key.expose().len())
    /// });
    /// assert_eq!(whoami.get_credentials()[0].definition().key(), "acme");
    /// ```
    #[track_caller]
    pub fn with_credentials<C, I, O, F, R>(slug: impl Into<String>, run: F) -> Self
    where
        C: Credentials,
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + Send + 'static,
        F: Fn(Context, I, C) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Result<O, Error>> + Send + 'static,
    {
        let mut action = Self::new(slug, move |context: Context, input: I| {
            let leased = context.lease().and_then(C::read);
            let running = leased.map(|leased| run(context, input, leased));
            async move { running?.await }
        });
        action.credentials = C::needs();
        action
    }

    /// An action whose input and answer are JSON as their schemas say, without types of their own.
    ///
    /// ```
    /// use keyway_core::Action;
    /// use keyway_core::rpc::RawJson;
    /// use serde_json::json;
    ///
    /// let echo = Action::json("echo", json!({ "type": "object" }), None, |_, input: RawJson| async move {
    ///     Ok(input)
    /// });
    /// assert_eq!(echo.output_schema(), None);
    /// ```
    #[track_caller]
    pub fn json<F, R>(slug: impl Into<String>, input: Value, output: Option<Value>, run: F) -> Self
    where
        F: Fn(Context, RawJson) -> R + Send + Sync + 'static,
        R: Future<Output = Result<RawJson, Error>> + Send + 'static,
    {
        Self::build(
            slug.into(),
            input,
            output,
            Arc::new(move |context, input| {
                let running = run(context, input);
                Box::pin(async move { running.await.map(Reply::Data) })
            }),
        )
    }

    /// It cannot run without this credential; its function reads it with [`Context::credential`] or
    /// [`Context::credential_fields`].
    pub fn needs(mut self, need: CredentialNeed) -> Self {
        self.credentials.push(need);
        self
    }

    /// The only scope its credentials are looked for at.
    pub fn credential_scope(mut self, pin: CredentialScope) -> Self {
        self.credentials = self
            .credentials
            .into_iter()
            .map(|need| need.scope(pin))
            .collect();
        self
    }

    /// The credentials it cannot run without.
    pub fn get_credentials(&self) -> &[CredentialNeed] {
        &self.credentials
    }

    /// True when it is one of an app's: by its slug, or by the credential it needs.
    pub fn belongs_to(&self, app: &str) -> bool {
        let family = self.slug().split_once(':').map(|(family, _)| family);
        let mut needs = self.credentials.iter();
        family == Some(app) || needs.any(|need| need.definition().key() == app)
    }
}
