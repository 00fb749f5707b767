use std::time::Duration;

use keyway_core::client::HttpClient;
use keyway_core::provider::sign;
use keyway_core::{Error, Secret};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::error::{refused, unreached};

/// How long Slack may take for an answer.
const ANSWER: Duration = Duration::from_secs(20);
/// The most bytes of an answer.
const LARGEST: u64 = 4 << 20;
/// The media type of forms. Every method takes it; not every one takes JSON.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// What a request proves itself with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Proof<'a> {
    /// A token.
    Token(&'a Secret<String>),
    /// The app's client id and secret.
    Client(&'a str, &'a Secret<String>),
}

/// Slack's Web API (<https://docs.slack.dev/apis/web-api>).
#[derive(Debug, Clone, Copy)]
pub(super) struct Api<'a> {
    pub(super) http: &'a HttpClient,
    /// Below which its methods are.
    pub(super) base: &'a str,
    pub(super) proof: Proof<'a>,
}

/// A field of a form.
pub(super) type Field<'a> = (&'a str, String);

impl Api<'_> {
    /// Calls a method once: whoever calls knows whether it may be called again.
    ///
    /// # Errors
    ///
    /// What Slack refuses, under a code of our own; `vendor_rate_limited`, `vendor_failed`.
    pub(super) async fn call(&self, method: &str, fields: &[Field<'_>]) -> Result<Value, Error> {
        let request = self.http.post(format!("{}/{method}", self.base));
        let request = match self.proof {
            Proof::Token(token) => request.bearer(token),
            Proof::Client(id, secret) => {
                let pair = format!("{id}:{}", secret.expose());
                let pair = Secret::new(format!("Basic {}", sign::base64(pair.as_bytes())));
                request.secret_header("authorization", &pair)
            }
        };
        let request = request.body(FORM, form(fields)).redirects(0);
        let answer = request.timeout(ANSWER).body_limit(LARGEST).send().await;
        let answer = answer.map_err(unreached)?;
        let answer: Value = answer.json().await.map_err(unreached)?;
        match answer.get("ok") {
            Some(Value::Bool(true)) => Ok(answer),
            _ => Err(refused(&answer)),
        }
    }
}

/// Fields as a form.
pub(super) fn form(fields: &[Field<'_>]) -> String {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

/// A text of an answer.
pub(super) fn at<'a>(answer: &'a Value, pointer: &str) -> Option<&'a str> {
    answer
        .pointer(pointer)?
        .as_str()
        .filter(|text| !text.is_empty())
}
