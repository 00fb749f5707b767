//! What clients ask about their tasks.

use keyway_core::ports::TaskAsk;
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::scopes::Scope;
use keyway_core::{Error, OrgId, Principal, Scopes, TaskId};
use keyway_store::{StoredTask, TaskState};

use super::request::place;
use super::view;
use crate::App;
use crate::app::subject;
use crate::audit::{Event, EventKind};

impl App {
    /// Answers what `who` wants of a task of their own: one they asked for by the same key or client, with
    /// no more scopes than they have now. Any other is not there.
    pub async fn task(
        &self,
        who: &Principal,
        id: &str,
        ask: TaskAsk<'_>,
    ) -> Result<RawJson, RpcError> {
        if ask != TaskAsk::Watch {
            self.limits().from_principal(who).map_err(Error::from)?;
        }
        let task = self.own_task(who, id).await?.ok_or_else(unknown)?;
        match ask {
            TaskAsk::Get | TaskAsk::Watch => Ok(self.shown_task(who.organization(), &task)?),
            TaskAsk::Update(responses) => {
                // One that asks nothing has no use for answers.
                if let Some(live) = self.inner.live_tasks.find(&task.id) {
                    live.answer(responses);
                }
                Ok(RawJson::empty_object())
            }
            TaskAsk::Cancel => {
                self.cancel_task(who, &task).await?;
                Ok(RawJson::empty_object())
            }
        }
    }

    async fn own_task(&self, who: &Principal, id: &str) -> Result<Option<StoredTask>, Error> {
        let Ok(id) = id.parse::<TaskId>() else {
            return Ok(None);
        };
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let found = store.task(who.organization(), &id).await?;
        Ok(found.filter(|task| {
            task.requester == subject(who) && task.expires_at > now && has(who, &task.scopes)
        }))
    }

    fn shown_task(&self, organization: &OrgId, task: &StoredTask) -> Result<RawJson, Error> {
        let opened = match &task.outcome {
            Some(sealed) => {
                let place = place(organization, &task.id, "outcome");
                Some(
                    self.inner
                        .vault
                        .open(&place, sealed)
                        .map_err(Error::internal)?,
                )
            }
            None => None,
        };
        let outcome = opened
            .as_ref()
            .map(|opened| std::str::from_utf8(opened.expose()));
        let outcome = outcome.transpose().map_err(Error::internal)?;
        let live = self.inner.live_tasks.find(&task.id);
        let live = live.map(|live| live.standing());
        view::detailed(task, live.as_ref(), outcome)
    }

    async fn cancel_task(&self, who: &Principal, task: &StoredTask) -> Result<(), Error> {
        if task.state != TaskState::Working {
            return Ok(());
        }
        let (inner, organization) = (&self.inner, who.organization());
        let event = Event::new(EventKind::JobCancelled, who)
            .target("job", task.job.as_str())
            .detail("action", task.action.as_str())
            .detail("task", task.id.as_str());
        let cancel = async {
            let now = inner.clock.now();
            inner.store.cancel_task(organization, &task.id, now).await?;
            Ok(())
        };
        self.audit().change(event, cancel).await?;
        if let Some(live) = inner.live_tasks.find(&task.id) {
            live.cancel.cancel();
        }
        self.task_changed(organization, &task.id);
        Ok(())
    }
}

/// Whether who asks has at least the scopes that a task was asked for with, but for what is none of it.
fn has(who: &Principal, scopes: &str) -> bool {
    let Ok(had) = scopes.parse::<Scopes>() else {
        return scopes.is_empty();
    };
    let beside = |scope: &&Scope| !matches!(scope, Scope::Admin | Scope::Approvals);
    let needed = Scopes::of(had.iter().filter(beside).cloned());
    who.scopes().covers(&needed)
}

fn unknown() -> RpcError {
    let message = "there is no task with this id; it may have been forgotten after its time";
    RpcError::new(RpcError::INVALID_PARAMS, message)
}
