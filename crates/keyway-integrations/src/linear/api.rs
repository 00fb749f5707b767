use http::header::AUTHORIZATION;
use jiff::Timestamp;
use keyway_core::client::HttpClient;
use keyway_core::provider::PublicationContext;
use keyway_core::{Error, Secret};
use serde_json::{Value, json};

use super::errors;
use super::install::KEY_PREFIX;
use super::settings::Settings;

/// The GraphQL API of Linear, with a token.
pub(super) struct Api<'a> {
    pub(super) url: String,
    pub(super) token: &'a Secret<String>,
    pub(super) http: &'a HttpClient,
    pub(super) now: Timestamp,
}

/// What it means that Linear calls the input of a request invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// All that was given is an id: there is nothing with it.
    Names,
    /// It is something to be written, or a query of somebody else's.
    Says,
}

impl<'a> Api<'a> {
    /// The API as a publication may use it.
    pub(super) fn of(context: &'a PublicationContext) -> Result<Self, Error> {
        let settings = Settings::read(&context.settings)?;
        Ok(Self {
            url: settings.api("/graphql"),
            token: &context.token,
            http: &context.http,
            now: context.now,
        })
    }

    /// Asks, and gives the `data` of an answer that has no errors.
    pub(super) async fn ask(
        &self,
        query: &str,
        variables: Value,
        input: Input,
    ) -> Result<Value, Error> {
        let request = self.http.post(&self.url).redirects(0);
        let request = request.json(&json!({ "query": query, "variables": variables }));
        // A personal key goes without a scheme.
        let request = if self.token.expose().starts_with(KEY_PREFIX) {
            request.secret_header(AUTHORIZATION.as_str(), self.token)
        } else {
            request.bearer(self.token)
        };
        let response = request.send().await.map_err(errors::unreached)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.map_err(errors::unreached)?;
        let body: Option<Value> = serde_json::from_slice(&bytes).ok();
        let told = body.as_ref().and_then(first_error);
        match (status.as_u16(), told) {
            (429, _) | (_, Some(Told::Busy)) => Err(errors::busy(&headers, self.now)),
            (401, _) | (_, Some(Told::Unauthenticated)) => Err(errors::revoked()),
            (403, _) | (_, Some(Told::Forbidden)) => Err(errors::missing_scope()),
            (_, Some(Told::Input)) if input == Input::Names => Err(errors::not_found()),
            (_, Some(Told::Input)) => Err(errors::not_taken()),
            (_, Some(Told::Else)) => Err(errors::failed("the answer has errors")),
            (200..=299, None) => {
                let data = body.and_then(|mut body| body.get_mut("data").map(Value::take));
                data.filter(Value::is_object)
                    .ok_or_else(|| errors::failed("the answer has no data"))
            }
            (status, None) => Err(errors::failed(&format!("status {status}"))),
        }
    }
}

/// What an error of Linear stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Busy,
    Unauthenticated,
    Forbidden,
    Input,
    Else,
}

/// What the first error of an answer stands for, by its code: <https://linear.app/developers/graphql>.
/// Answers with status 200 may have errors, and data beside them.
fn first_error(body: &Value) -> Option<Told> {
    let errors = body.get("errors")?.as_array()?;
    let error = errors.first()?;
    let said = |pointer| error.pointer(pointer).and_then(Value::as_str);
    let code = said("/extensions/code").or_else(|| said("/extensions/type"));
    let code = code
        .unwrap_or_default()
        .to_uppercase()
        .replace([' ', '-'], "_");
    Some(match code.as_str() {
        "RATELIMITED" => Told::Busy,
        "AUTHENTICATION_ERROR" | "UNAUTHENTICATED" => Told::Unauthenticated,
        "FORBIDDEN" | "FEATURE_NOT_ACCESSIBLE" => Told::Forbidden,
        "INPUT_ERROR"
        | "INVALID_INPUT"
        | "BAD_USER_INPUT"
        | "USER_ERROR"
        | "GRAPHQL_ERROR"
        | "GRAPHQL_VALIDATION_FAILED"
        | "GRAPHQL_PARSE_FAILED"
        | "USAGE_LIMIT_EXCEEDED" => Told::Input,
        _ => Told::Else,
    })
}

/// A text in an answer.
pub(super) fn text(data: &Value, pointer: &str) -> Option<String> {
    data.pointer(pointer)?.as_str().map(str::to_owned)
}
