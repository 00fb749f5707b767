//! What a running action calls in its turn.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Context, Reply};
use crate::agent::{AgentAnswer, AgentMessage, action_slug};
use crate::ports::CallFrom;
use crate::rpc::RawJson;
use crate::{Error, Kind};

impl Context {
    /// Runs another action, as whoever asked for this one: what they may not do is refused, what has
    /// to be approved is asked of them, and it is written down like every call. Where it is exposed
    /// does not matter.
    ///
    /// ```
    /// use keyway_core::Action;
    /// use serde_json::{Value, json};
    ///
    /// let refund = Action::new("invoice:refund-last", |context, (): ()| async move {
    ///     let last: Value = context.call("invoice:last", json!({})).await?;
    ///     context.call::<Value>("invoice:refund", json!({ "id": last["id"] })).await
    /// });
    /// assert_eq!(refund.slug(), "invoice:refund-last");
    /// ```
    ///
    /// # Errors
    ///
    /// What the action answers; `action_not_found` for one that is not there or that they may not
    /// use; `call_cycle` and `call_too_deep` where actions would call each other without end; an
    /// internal error when the answer is not of the type.
    pub async fn call<O: DeserializeOwned>(
        &self,
        slug: impl Into<String>,
        input: impl Serialize,
    ) -> Result<O, Error> {
        let input = RawJson::of(&input).map_err(Error::internal)?;
        let calls = self.calls().ok_or_else(alone)?;
        let answer = match calls.call(self.call_from()?, slug.into(), input).await? {
            Reply::Data(data) => data,
            Reply::Content(content) if content.is_error => {
                return Err(Error::new(
                    Kind::BadGateway,
                    "action_failed",
                    "the action that was called told of a failure",
                ));
            }
            Reply::Content(content) => RawJson::of(&content).map_err(Error::internal)?,
        };
        answer.read().map_err(Error::internal)
    }

    /// Says something to an agent, as whoever asked for this action, and waits for its last word.
    ///
    /// ```
    /// use keyway_core::Action;
    ///
    /// let digest = Action::new("news:digest", |context, (): ()| async move {
    ///     let answer = context.prompt("researcher", "What happened today?").await?;
    ///     Ok(answer.text)
    /// });
    /// assert_eq!(digest.slug(), "news:digest");
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Context::call`] for the action `agent:<slug>`; `agent_budget_spent`,
    /// `agent_output_invalid` and the codes of models when the turn did not come to its end.
    pub async fn prompt(
        &self,
        agent: &str,
        message: impl Into<AgentMessage>,
    ) -> Result<AgentAnswer, Error> {
        let AgentMessage { text, session } = message.into();
        let mut input = serde_json::json!({ "message": text });
        if let (Some(session), Some(fields)) = (session, input.as_object_mut()) {
            fields.insert("sessionId".into(), session.as_str().into());
        }
        self.call(action_slug(agent), input).await
    }

    /// A turn of an agent, for the action that is the agent.
    pub(crate) async fn turn(
        &self,
        agent: String,
        message: AgentMessage,
    ) -> Result<AgentAnswer, Error> {
        let calls = self.calls().ok_or_else(alone)?;
        calls.turn(self.call_from()?, agent, message).await
    }

    fn call_from(&self) -> Result<CallFrom, Error> {
        Ok(CallFrom {
            principal: self.principal().clone(),
            request: self.request_id().clone(),
            cancel: self.cancellation().clone(),
            caller: self.caller(),
            chain: self.chain()?,
        })
    }
}

/// Outside of a gateway, in a test of one action.
fn alone() -> Error {
    Error::new(
        Kind::NotFound,
        "action_not_found",
        "there is no action of this name here",
    )
}
