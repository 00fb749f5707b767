//! Calls that a person has to approve. Until there is an inbox for approvals the person at the
//! caller's own client is asked (ADR 0021): a call that cannot be asked about is denied.

use std::fmt::Write as _;
use std::sync::Arc;

use keyway_core::ports::{AskError, Caller, InputRequest};
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind, Principal};
use keyway_policy::{Act, Thing};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::admit::{Admission, Admitted, Refused};
use super::shown_arguments::shown;
use super::view::allows;
use crate::App;

/// A call that is about to be made, as far as a person has to know it.
pub(crate) struct Wish<'a> {
    pub(crate) who: &'a Principal,
    pub(crate) thing: &'a Thing,
    pub(crate) arguments: &'a RawJson,
    pub(crate) caller: &'a Arc<dyn Caller>,
    pub(crate) cancel: &'a CancellationToken,
}

impl App {
    /// Lets a call through, after it was approved where policy wants that. What policy says is asked
    /// again after an answer came: it may have changed meanwhile.
    pub(crate) async fn admit_call(&self, wish: &Wish<'_>) -> Result<Admitted, Refused> {
        if let Admission::Now(admitted) = self.admit(wish.who, wish.thing)? {
            return Ok(admitted);
        }
        // Boxed: nearly no call gets here, and every call would have to have room for it.
        let approved = Box::pin(self.approval(wish))
            .await
            .map_err(Refused::Error)?;
        match self.admit(wish.who, wish.thing)? {
            Admission::Now(admitted) => Ok(admitted),
            Admission::Once(_) if !self.may_approve(wish) => Err(Refused::Error(unavailable())),
            Admission::Once(decision) => Ok(Admitted {
                decision,
                approved: Some(approved),
            }),
        }
    }

    /// Asks the person at the caller's client. Answers who approved.
    async fn approval(&self, wish: &Wish<'_>) -> Result<String, Error> {
        if !self.may_approve(wish) || !wish.caller.capabilities().elicitation_form {
            return Err(unavailable());
        }
        let person = wish.who.actor().ok_or_else(unavailable)?;
        let schema = json!({
            "type": "object",
            "properties": { "approve": {
                "type": "boolean",
                "title": "Allow this call",
                "description": "It runs once, with these arguments",
            } },
            "required": ["approve"],
        });
        // A name that nobody can have answered before it was asked.
        let mut name = [0; 16];
        self.inner.random.fill(&mut name);
        let name = format!("approval-{:032x}", u128::from_be_bytes(name));
        let request = InputRequest::elicit(&question(wish), &schema);
        let asking = wish.caller.ask(vec![(name.clone(), request)]);
        let answers = tokio::select! {
            answers = asking => answers.map_err(|error| not_asked(&error))?,
            () = wish.cancel.cancelled() => return Err(cancelled()),
        };
        let answer = answers.into_iter().find(|(key, _)| *key == name);
        let answer =
            answer.and_then(|(_, answer)| serde_json::from_str::<Value>(answer.get()).ok());
        let agreed = answer.is_some_and(|answer| is_yes(&answer));
        if agreed {
            Ok(person.as_str().to_owned())
        } else {
            Err(denied())
        }
    }

    /// Whether policy lets the person behind a call decide about it.
    fn may_approve(&self, wish: &Wish<'_>) -> bool {
        allows(&self.view(wish.who).decide(Act::Approve, wish.thing))
    }
}

fn is_yes(answer: &Value) -> bool {
    let action = answer.get("action").and_then(Value::as_str);
    let approved = answer.pointer("/content/approve").and_then(Value::as_bool);
    action == Some("accept") && approved == Some(true)
}

fn question(wish: &Wish<'_>) -> String {
    let thing = wish.thing;
    let mut text = format!("Allow a call of `{}`", thing.name);
    // Writing to a string does not fail.
    let _ = match &thing.server {
        Some(server) => write!(text, " of the server `{server}`?"),
        None => write!(text, "?"),
    };
    if thing.tags.destructive {
        text.push_str(" It may destroy or overwrite something.");
    }
    if let Some(client) = wish.who.client() {
        let _ = write!(text, " The client that asks is `{client}`.");
    }
    if let Some(agent) = wish.who.agent() {
        let _ = write!(text, " The agent `{}` wants it, and not you.", agent.slug);
    }
    let _ = write!(text, "\n\nArguments:\n{}", shown(wish.arguments));
    text
}

fn unavailable() -> Error {
    Error::new(
        Kind::Forbidden,
        "approval_unavailable",
        "this call needs a person's approval, and nobody can be asked for it here",
    )
    .with_hint(
        "use a client that supports elicitation, signed in as a person; an administrator can change what needs an approval by policy",
    )
}

fn denied() -> Error {
    Error::new(
        Kind::Forbidden,
        "approval_denied",
        "a person was asked to approve this call and did not",
    )
}

fn cancelled() -> Error {
    Error::new(Kind::Cancelled, "cancelled", "the call was cancelled")
}

fn not_asked(error: &AskError) -> Error {
    match error {
        AskError::Cancelled => cancelled(),
        AskError::Timeout => denied().with_hint("no answer came in time"),
        AskError::Unsupported(_) | AskError::Refused(_) => unavailable(),
    }
}
