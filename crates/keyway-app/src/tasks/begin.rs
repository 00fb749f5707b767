use jiff::Timestamp;
use keyway_core::action::{Action, DEFAULT_TIMEOUT, Entry, Expose, render};
use keyway_core::agent::slug_of_action;
use keyway_core::json;
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{Error, JobId, Kind, TaskId};
use keyway_store::{BegunTask, NewJob, NewTask, StoredTask, TaskRoom, TaskState};

use super::TaskSettings;
use super::request::Request;
use super::view;
use crate::app::subject;
use crate::audit::{Called, Event, EventKind, Sent};
use crate::call::{arguments, no_tool};
use crate::catalogue::{ToolRoute, ToolTarget};
use crate::jobs::{Asker, TASK, actor_id, later};
use crate::policy::NotAdmitted;
use crate::{App, Call, Definitions};

/// Whether an action says of itself that it takes its time: an agent, and what runs in the background and
/// may take longer than actions may that say nothing.
pub(crate) fn lasts(action: &Action) -> bool {
    let is_long = action
        .get_timeout()
        .is_none_or(|limit| limit > DEFAULT_TIMEOUT);
    let background = action.exposure().contains(Expose::TASK);
    slug_of_action(action.slug()).is_some() || (is_long && background)
}

impl App {
    /// Begins a call as a task, and answers the handle of it. What would be refused at once is refused
    /// here; whether they may is asked again when it runs, and what needs an approval is asked about then.
    pub(crate) async fn begin_task(
        &self,
        call: Call<'_>,
        route: &ToolRoute,
        definitions: &Definitions,
    ) -> Result<RawJson, RpcError> {
        if let Err(refused) = self.admit(call.who, &route.thing) {
            return match NotAdmitted::from(refused) {
                NotAdmitted::Protocol(error) => Err(self.refused_by(call, None, error)),
                NotAdmitted::Asks(result) => Ok(result),
                NotAdmitted::Tool(error) => {
                    let result = render::error_result(&error);
                    self.refused_by(call, None, error.into());
                    Ok(result)
                }
            };
        }
        let entry = match &route.target {
            ToolTarget::Action(slug) => definitions.action(slug),
            ToolTarget::Upstream { .. } => None,
        };
        let entry = entry.ok_or_else(no_tool)?;
        let input = arguments(call.params)?.unwrap_or_else(RawJson::empty_object);
        let begun = self.queue_task(&call, entry, &input).await;
        let task = match begun {
            Ok(task) => task,
            Err(error) => {
                let called = Called::action(entry, Some(&call));
                let sent = Sent::Params(call.params);
                let record = self.audit().call(call.who, call.request, called, sent);
                let failed = Err::<(), _>(error);
                record.end(&failed);
                let error = failed
                    .err()
                    .unwrap_or_else(|| Error::internal("it did not fail"));
                return Ok(render::error_result(&error));
            }
        };
        view::begun(&task).map_err(RpcError::from)
    }

    async fn queue_task(
        &self,
        call: &Call<'_>,
        entry: &Entry,
        input: &RawJson,
    ) -> Result<StoredTask, Error> {
        entry.validate(input)?;
        let (inner, who, action) = (&self.inner, call.who, entry.action());
        let organization = who.organization();
        // As it is kept.
        let now = inner.clock.now().as_millisecond();
        let now = Timestamp::from_millisecond(now).map_err(Error::internal)?;
        let id = TaskId::generate(&*inner.clock, &*inner.random);
        let request = Request::new(call.params, &call.caller.capabilities(), call.hops)?;
        let job = NewJob {
            id: JobId::generate(&*inner.clock, &*inner.random),
            kind: TASK.to_owned(),
            name: action.slug().to_owned(),
            ordering_key: ordering(action, &subject(who), input),
            once_key: None,
            asker: serde_json::to_string(&Asker::of(who)).map_err(Error::internal)?,
            actor: actor_id(who),
            payload: serde_json::json!({ "task": id }).to_string(),
            run_at: now,
            max_attempts: match slug_of_action(action.slug()) {
                Some(_) => TaskSettings::ATTEMPTS,
                None => action.get_attempts(),
            },
            created_at: now,
        };
        let settings = &self.settings().tasks;
        let new = NewTask {
            requester: subject(who),
            scopes: who.scopes().to_string(),
            request: request.seal(&inner.vault, organization, &id)?,
            created_at: now,
            expires_at: later(now, settings.keep),
            job,
            id,
        };
        let room = TaskRoom {
            open: settings.per_principal,
            ended: settings.per_principal.saturating_mul(TaskSettings::ENDED),
        };
        let event = Event::new(EventKind::JobQueued, who)
            .target("job", new.job.id.as_str())
            .detail("action", action.slug())
            .detail("task", new.id.as_str())
            .request(call.request);
        let begin = async {
            match inner.store.begin_task(organization, &new, room).await? {
                BegunTask::New => Ok(()),
                BegunTask::TooMany => Err(too_many()),
            }
        };
        self.audit().change(event, begin).await?;
        inner.task_begun.notify_one();
        Ok(StoredTask {
            id: new.id,
            requester: new.requester,
            scopes: new.scopes,
            job: new.job.id,
            action: new.job.name,
            request: Vec::new(),
            session: None,
            state: TaskState::Working,
            outcome: None,
            created_at: now,
            updated_at: now,
            expires_at: new.expires_at,
        })
    }
}

/// What keeps an order among tasks: a session that is named is answered in one at a time.
fn ordering(action: &Action, subject: &str, input: &RawJson) -> Option<String> {
    if slug_of_action(action.slug()).is_none() {
        return action.is_in_order().then(|| action.slug().to_owned());
    }
    let session = json::member(input.as_str(), "sessionId")?;
    let session = json::unquote(session.value);
    Some(format!("task/{subject}/{session}"))
}

fn too_many() -> Error {
    Error::new(
        Kind::Conflict,
        "too_many_tasks",
        "you have as many tasks that have not ended as you may",
    )
    .with_hint("wait until one of them has ended, or cancel one")
}
