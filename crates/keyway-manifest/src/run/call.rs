use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::Hosts;
use keyway_core::rpc::RawJson;
use keyway_core::{Context, Error};
use serde_json::json;

use super::answer::Answer;
use super::filled::Filled;
use super::{answer, failure, pages};
use crate::spec::{ActionSpec, AppSpec};
use crate::template::{Scope, UrlTemplate};

/// An action with everything that was worked out once.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) action: Arc<ActionSpec>,
    pub(crate) app: Option<Arc<AppSpec>>,
    pub(crate) url: UrlTemplate,
    /// The keys of what it needs.
    pub(crate) credentials: Vec<String>,
    /// Where it may send anything.
    pub(crate) hosts: Hosts,
    pub(crate) idempotent: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: u8,
    pub(crate) redirects: u8,
    /// The most bytes of all answers of one call.
    pub(crate) max_bytes: u64,
}

impl Call {
    /// Runs it on input that was validated.
    ///
    /// # Errors
    ///
    /// `invalid_input` and `credential_invalid` for values that cannot be sent where they belong; what
    /// [`keyway_core::client`] answers; what the definition makes of a status; `upstream_not_json`,
    /// `upstream_unexpected`. None repeats a secret, an input or what the service sent.
    pub(crate) async fn run(&self, context: &Context, input: &RawJson) -> Result<RawJson, Error> {
        let filled = self.fill(context, input)?;
        let data = if let Some(pagination) = &self.action.pagination {
            pages::all(self, context, filled, pagination).await?
        } else {
            let answer = self.send(context, &filled, self.max_bytes).await?;
            answer::result(&self.action.result, &answer)?
        };
        match &self.action.resource {
            Some(_) => resource(&data),
            None => Ok(data),
        }
    }

    fn fill(&self, context: &Context, input: &RawJson) -> Result<Filled, Error> {
        let input = input.read().map_err(Error::internal)?;
        let base_url = self.url.base().text();
        let scope = Scope::new(context, input, base_url, &self.credentials);
        Filled::of(self, &scope)
    }

    /// Sends one request, and reads an answer of at most so many bytes.
    pub(super) async fn send(
        &self,
        context: &Context,
        filled: &Filled,
        most: u64,
    ) -> Result<Answer, Error> {
        let client = context.http().or_hosts(&self.hosts);
        let mut request = client
            .request(self.action.http.method.clone(), filled.url())
            .redirects(self.redirects)
            .retries(self.retries)
            .body_limit(most);
        if self.idempotent {
            request = request.idempotent();
        }
        if let Some(timeout) = self.timeout {
            request = request.timeout(timeout);
        }
        let response = filled.put_into(request).send().await?;
        if !response.status().is_success() {
            return Err(failure::of(self, response));
        }
        Answer::read(response).await
    }
}

/// `{ "text": … }`, as resources are answered.
fn resource(data: &RawJson) -> Result<RawJson, Error> {
    let text: String = data.read().map_err(|_| {
        answer::unexpected("the answer of the service is no text, as a resource has to be")
            .with_hint(
                "the action's `result` has to give text: `text: true`, or a `select` that does",
            )
    })?;
    RawJson::of(&json!({ "text": text })).map_err(Error::internal)
}
