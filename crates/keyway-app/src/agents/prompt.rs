use std::sync::Arc;

use keyway_agent::transcript::Event;
use keyway_agent::turn::Meter;
use keyway_core::action::Reply;
use keyway_core::agent::{AgentAnswer, action_slug};
use keyway_core::ports::Caller;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Principal, RequestId, SessionId};
use keyway_store::JobLease;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::follow::{Following, Seen};
use super::{Follower, MessageView, TurnError, Usage, failure};
use crate::credentials::CredentialChoice;
use crate::run::Within;
use crate::{App, Invocation, Surface};

/// Something said to an agent.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "holds payloads, which are never printed"
)]
pub struct Prompting<'a> {
    /// Who asks.
    pub who: &'a Principal,
    /// The agent's slug.
    pub agent: &'a str,
    /// What is said.
    pub message: &'a str,
    /// The session that goes on by it, by its id; a new one when absent.
    pub session: Option<&'a str>,
    /// The side that asks; [`keyway_core::ports::NoCaller`] where nobody can be asked.
    pub caller: Arc<dyn Caller>,
    /// Cancelled when the caller goes away: the turn ends as interrupted.
    pub cancel: &'a CancellationToken,
    /// The request's id in logs.
    pub request: &'a RequestId,
    /// Which instances of credentials the agent's tools use, where whoever asks says so.
    pub credentials: CredentialChoice,
    /// Who follows the turn.
    pub follower: Option<Arc<dyn Follower>>,
}

/// What came of it.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Prompted {
    /// The session, to go on with.
    pub session_id: SessionId,
    /// How the turn ended: `finished`, `interrupted`, `budget` or `failed`.
    pub status: &'static str,
    /// The agent's last word, as far as it got.
    pub text: String,
    /// The last word as JSON, where the agent has an output schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// All that the agent said in the turn.
    pub messages: Vec<MessageView>,
    /// What the turn took.
    pub usage: Usage,
    /// Why it did not come to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<TurnError>,
}

impl App {
    /// Says something to an agent, and waits for the end of its turn.
    ///
    /// # Errors
    ///
    /// What kept the turn from beginning: `agent_not_found`, `session_not_found`, `session_busy`, an
    /// approval, a limit. How a turn that began went wrong is in the answer.
    pub async fn prompt(&self, prompting: Prompting<'_>) -> Result<Prompted, Error> {
        Box::pin(self.prompt_by(prompting, None, None)).await
    }

    /// The same because of a job: its turn is stopped with it, what is said names it, and what it uses is
    /// used of `meter`, too.
    pub(crate) async fn prompt_of_job(
        &self,
        prompting: Prompting<'_>,
        job: &JobLease,
        meter: Option<Arc<Meter>>,
    ) -> Result<Prompted, Error> {
        Box::pin(self.prompt_by(prompting, Some(job.clone()), meter)).await
    }

    async fn prompt_by(
        &self,
        prompting: Prompting<'_>,
        job: Option<JobLease>,
        meter: Option<Arc<Meter>>,
    ) -> Result<Prompted, Error> {
        let slug = action_slug(prompting.agent);
        let mut input = json!({ "message": prompting.message });
        if let (Some(session), Some(fields)) = (prompting.session, input.as_object_mut()) {
            fields.insert("sessionId".into(), session.into());
        }
        let following = Following::of_job(prompting.follower, job);
        let invocation = Invocation {
            who: prompting.who,
            slug: &slug,
            input: RawJson::of(&input).map_err(Error::internal)?,
            surface: Surface::Inside,
            caller: prompting.caller,
            cancel: prompting.cancel,
            request: prompting.request,
            credentials: prompting.credentials,
        };
        let within = Within {
            following: Some(Arc::clone(&following)),
            meter,
            ..Within::default()
        };
        let done = Box::pin(self.invoke_within(invocation, within)).await;
        let seen = following.take();
        let Some(session) = seen.session.clone() else {
            let refused = done.err();
            return Err(refused.map_or_else(failure::no_agent, unseen));
        };
        let done = done.and_then(|reply| match reply {
            Reply::Data(data) => data.read::<AgentAnswer>().map_err(Error::internal),
            Reply::Content(_) => Err(Error::internal("an agent answers data")),
        });
        Ok(prompted(session, &seen, done))
    }
}

/// An action that is not there is an agent that is not there.
fn unseen(error: Error) -> Error {
    if error.code() == "action_not_found" {
        failure::no_agent()
    } else {
        error
    }
}

fn prompted(session_id: SessionId, seen: &Seen, done: Result<AgentAnswer, Error>) -> Prompted {
    let mut usage = Usage::default();
    let mut messages = Vec::new();
    let mut status = "interrupted";
    for entry in &seen.entries {
        match &entry.event {
            Event::AssistantMessage {
                text, usage: took, ..
            } => {
                usage.input_tokens += took.input_tokens;
                usage.output_tokens += took.output_tokens;
                usage.cost_micros += took.cost_micros.unwrap_or(0);
                if !text.trim().is_empty() {
                    let (role, text) = ("assistant", text.clone());
                    messages.push(MessageView { role, text });
                }
            }
            Event::TurnEnded { reason, .. } => {
                status = failure::of(reason).map_or("finished", |(end, _)| end.as_str());
            }
            _ => {}
        }
    }
    let last = messages.last().map(|message| message.text.clone());
    match done {
        Ok(answer) => Prompted {
            session_id,
            status: "finished",
            text: answer.text,
            output: answer.output,
            messages,
            usage,
            error: None,
        },
        Err(error) => Prompted {
            session_id,
            // What went wrong after the last word is a failure, too.
            status: match (status, error.code()) {
                ("finished", "agent_budget_spent") => "budget",
                ("finished", _) => "failed",
                _ => status,
            },
            text: last.unwrap_or_default(),
            output: None,
            messages,
            usage,
            error: Some(TurnError {
                code: error.code().to_owned(),
                message: error.message().to_owned(),
                hint: error.hint().map(str::to_owned),
            }),
        },
    }
}
