//! Waiting for a decision: at the client where the person there may decide, else until somebody did.

use jiff::Timestamp;
use keyway_core::ports::{AskError, InputRequest};
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind};
use keyway_store::{Approval, ApprovalState};
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::admission::Asked;
use super::decide::Through;
use super::{question, refusal};
use crate::App;
use crate::policy::{Refused, Wish};

/// What came of waiting.
pub(super) enum Waited {
    /// The approval as it is now; still pending where nobody decided in time.
    Decided(Box<Approval>),
    /// The client is to be shown this, and asks again.
    Shows(RawJson),
}

impl App {
    /// Waits until somebody decides about a call, for as long as it is worth it.
    pub(super) async fn decided(
        &self,
        wish: &Wish<'_>,
        asked: &Asked,
        approval: Approval,
    ) -> Result<Waited, Refused> {
        let until = Instant::now() + self.settings().approvals.wait;
        let able = wish.caller.capabilities();
        if able.elicitation_form && self.may_approve_own(wish.who, wish.thing) {
            let said = self.ask_here(wish, &approval).await?;
            return Ok(Waited::Decided(match said {
                Some(approval) => approval,
                None => self.decision(wish, &approval, until).await?,
            }));
        }
        let url = self.approval_url(&approval.id);
        if let Some(url) = url.filter(|_| able.elicitation_url) {
            let by_result = wish.params.is_some() && wish.caller.takes_input_required();
            let answer = match (&asked.named.answer, by_result) {
                (Some(answer), true) => Some(answer.clone()),
                (None, true) if asked.named.id.is_none() => {
                    let shown = question::input_required(wish, &approval.id, &url);
                    return Ok(Waited::Shows(shown.ok_or_else(unwritable)?));
                }
                (None, true) => None,
                (_, false) => {
                    let request = question::where_to_decide(wish, &approval.id, &url);
                    match self.ask_or_hear(wish, &approval, request).await? {
                        Heard::Decided(approval) => {
                            completed(wish, &approval);
                            return Ok(Waited::Decided(approval));
                        }
                        Heard::Answer(answer) => question::action(&answer),
                        Heard::NotAsked => None,
                    }
                }
            };
            match answer.as_deref() {
                // Whoever is at the client does not want it any more.
                Some("decline") => {
                    let withdrawn = self.void(wish, &approval, "withdrawn").await?;
                    return Ok(Waited::Decided(Box::new(withdrawn)));
                }
                Some("cancel") => {
                    let now = self.approval_now(wish, &approval.id).await?;
                    return Ok(Waited::Decided(Box::new(now)));
                }
                _ => {}
            }
        }
        if !wish.waits {
            return Ok(Waited::Decided(Box::new(approval)));
        }
        let decided = self.decision(wish, &approval, until).await?;
        if able.elicitation_url && decided.state != ApprovalState::Pending {
            completed(wish, &decided);
        }
        Ok(Waited::Decided(decided))
    }

    /// Asks the person at the client, who may decide. Answers the approval once it was decided, by them
    /// or by somebody else.
    async fn ask_here(
        &self,
        wish: &Wish<'_>,
        approval: &Approval,
    ) -> Result<Option<Box<Approval>>, Refused> {
        let request = question::form(wish);
        let answer = match self.ask_or_hear(wish, approval, request).await? {
            Heard::Decided(approval) => return Ok(Some(approval)),
            Heard::NotAsked => return Ok(None),
            Heard::Answer(answer) => answer,
        };
        let state = if question::is_yes(&answer) {
            ApprovalState::Approved
        } else {
            ApprovalState::Denied
        };
        self.write_decision(wish.who, approval, state, None, Through::Client)
            .await?;
        let now = self.approval_now(wish, &approval.id).await?;
        Ok(Some(Box::new(now)))
    }

    /// Asks the client something about a call, and stops once somebody decided about it.
    async fn ask_or_hear(
        &self,
        wish: &Wish<'_>,
        approval: &Approval,
        request: InputRequest,
    ) -> Result<Heard, Refused> {
        // A name that nobody can have answered before it was asked.
        let mut name = [0; 16];
        self.inner.random.fill(&mut name);
        let name = format!("approval-{:032x}", u128::from_be_bytes(name));
        let asking = wish.caller.ask(vec![(name.clone(), request)]);
        let answers = tokio::select! {
            answers = asking => answers,
            decided = self.heard(wish, approval) => return Ok(Heard::Decided(Box::new(decided?))),
            () = wish.cancel.cancelled() => return Err(cancelled().into()),
        };
        match answers {
            Ok(answers) => {
                let answer = answers.into_iter().find(|(key, _)| *key == name);
                let answer = answer.map(|(_, answer)| answer.get().to_owned());
                Ok(Heard::Answer(answer.unwrap_or_default()))
            }
            Err(AskError::Cancelled) => Err(cancelled().into()),
            Err(AskError::Timeout | AskError::Unsupported(_) | AskError::Refused(_)) => {
                Ok(Heard::NotAsked)
            }
        }
    }

    /// The approval once somebody decided, or as it is at a moment.
    async fn decision(
        &self,
        wish: &Wish<'_>,
        approval: &Approval,
        until: Instant,
    ) -> Result<Box<Approval>, Refused> {
        let now = tokio::select! {
            decided = self.heard(wish, approval) => decided?,
            () = tokio::time::sleep_until(until) => self.approval_now(wish, &approval.id).await?,
            () = wish.cancel.cancelled() => return Err(cancelled().into()),
        };
        Ok(Box::new(now))
    }

    /// Answers once an approval is not pending any more.
    async fn heard(&self, wish: &Wish<'_>, approval: &Approval) -> Result<Approval, Error> {
        let mut changes = self.inner.approvals.listen();
        loop {
            changes.mark_unchanged();
            let now = self.approval_now(wish, &approval.id).await?;
            if now.state != ApprovalState::Pending {
                return Ok(now);
            }
            let left = until(now.expires_at, self.inner.clock.now());
            // It expires by itself; nobody has to say so.
            let _ = tokio::time::timeout(left, changes.changed()).await;
        }
    }
}

/// What came first.
enum Heard {
    Decided(Box<Approval>),
    /// What the client answered.
    Answer(String),
    NotAsked,
}

/// Tells an older client that nothing is left to do at the page it opened.
fn completed(wish: &Wish<'_>, approval: &Approval) {
    let params = serde_json::json!({ "elicitationId": approval.id }).to_string();
    if let Ok(params) = RawValue::from_string(params) {
        let method = "notifications/elicitation/complete";
        wish.caller.notify(method, params);
    }
}

fn until(end: Timestamp, now: Timestamp) -> std::time::Duration {
    let left = end.duration_since(now).unsigned_abs();
    left.max(std::time::Duration::from_millis(10))
}

fn cancelled() -> Error {
    Error::new(Kind::Cancelled, "cancelled", "the call was cancelled")
}

fn unwritable() -> Error {
    refusal::unavailable("the question cannot be written")
}
