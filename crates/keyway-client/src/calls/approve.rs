use std::sync::Arc;

use keyway_core::ports::Definition;
use keyway_core::rpc::RawJson;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::annotations::claims;
use super::arguments;
use super::calls::Inner;
use super::error::CallError;
use super::mask::shown_arguments;
use super::servers::Server;
use crate::approvals::{Standing, Target, ToolKey};
use crate::person::{Decision, DefinitionChange, Notice, Request, Subject};
use crate::text::line;

/// A call that may be made once the person agrees.
pub(super) struct Approve<'a> {
    inner: &'a Arc<Inner>,
    target: Target,
    definition: Value,
    arguments: Value,
    unchecked: Option<String>,
}

impl<'a> Approve<'a> {
    /// Checks the arguments. Nothing is asked for a call that cannot be made.
    pub(super) fn new(
        inner: &'a Arc<Inner>,
        server: &Server,
        tool: Definition,
        arguments: &RawJson,
    ) -> Result<Self, CallError> {
        let definition: Value = tool.json.read().unwrap_or_default();
        let checked = arguments::check(&definition, arguments)?;
        let key = ToolKey {
            profile: server.profile.clone(),
            server: server.name().to_owned(),
            address: server.address.clone(),
            tool: tool.key,
        };
        Ok(Self {
            inner,
            target: Target::new(key, tool.json),
            definition,
            arguments: checked.value,
            unchecked: checked.unchecked,
        })
    }

    /// Asks the person, unless what they said before counts.
    pub(super) async fn ask(&self, cancel: &CancellationToken) -> Result<(), CallError> {
        let person = &self.inner.person;
        if let Some(why) = &self.unchecked {
            let tool = line(&self.target.key.tool, 128);
            person.tell(Notice::Line(format!(
                "the input schema of `{tool}` cannot be used, so the server checks the arguments: \
                 {why}"
            )));
        }
        let _turn = tokio::select! {
            () = cancel.cancelled() => return Err(CallError::interrupted()),
            turn = self.inner.prompts.lock() => turn,
        };
        // After the turn came: an answer to another call may count for this one.
        let changed = match self.inner.approvals.standing(&self.target) {
            Standing::Allowed => return Ok(()),
            Standing::Ask { changed, warning } => {
                if let Some(warning) = warning {
                    person.tell(Notice::Line(warning));
                }
                changed
            }
        };
        let request = self.request(changed);
        let decision = tokio::select! {
            () = cancel.cancelled() => return Err(CallError::interrupted()),
            decision = person.decide(&request) => decision,
        };
        if let Decision::Deny { reason } = decision {
            return Err(CallError::denied(reason.as_deref()));
        }
        self.keep(decision).await;
        Ok(())
    }

    /// True when the tool of that server is still defined as it was shown.
    pub(super) fn still_holds(&self, server: &Server) -> bool {
        let lists = server.upstream.lists();
        let now = lists
            .tools
            .iter()
            .find(|one| one.key == self.target.key.tool);
        now.is_some_and(|now| {
            Target::new(self.target.key.clone(), now.json.clone()).hash == self.target.hash
        })
    }

    fn request(&self, changed: Option<DefinitionChange>) -> Request {
        let title = ["/title", "/annotations/title"]
            .iter()
            .find_map(|at| self.definition.pointer(at)?.as_str());
        Request {
            server: self.target.key.server.clone(),
            subject: Subject::Tool {
                tool: line(&self.target.key.tool, 256),
                title: title.map(|title| line(title, 200)),
                arguments: shown_arguments(&self.arguments),
                annotations: claims(&self.definition),
                changed,
            },
            can_remember: true,
        }
    }

    /// Writes the answer down, without holding up the runtime.
    async fn keep(&self, decision: Decision) {
        let approvals = Arc::clone(&self.inner.approvals);
        let target = self.target.clone();
        let always = decision == Decision::Always;
        let kept = tokio::task::spawn_blocking(move || approvals.record(&target, &decision)).await;
        if let Ok(Err(error)) = kept {
            tracing::warn!(%error, "an approval could not be written down");
            if always {
                self.inner.person.tell(Notice::Line(format!(
                    "the answer holds until this process ends, because it cannot be remembered: \
                     {error}"
                )));
            }
        }
    }
}
