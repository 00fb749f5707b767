use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use keyway_core::action::{Action, Context, Entry, Expose, JobRun, Reply};
use keyway_core::ports::{Caller, NoCaller};
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind, Principal, RequestId};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::agents::Calling;
use crate::audit::{Called, Sent};
use crate::credentials::{CredentialChoice, Leased};
use crate::patience::{Patient, within};
use crate::policy::{Choosing, ThingKind, Wish};
use crate::publications::Acting;
use crate::run::{Run, Within};
use crate::tenant::Tenant;
use crate::{App, Definitions, Invocation, Surface};

impl App {
    /// Runs an action by its slug. One that is not exposed where the call came in, or that policy
    /// does not permit, is not there.
    pub async fn invoke(&self, call: Invocation<'_>) -> Result<Reply, Error> {
        self.invoke_within(call, Within::default()).await
    }

    /// The same, as a job.
    pub(crate) async fn invoke_job(
        &self,
        call: Invocation<'_>,
        job: &JobRun,
    ) -> Result<Reply, Error> {
        let within = Within {
            job: Some(job),
            ..Within::default()
        };
        self.invoke_within(call, within).await
    }

    pub(crate) async fn invoke_within(
        &self,
        call: Invocation<'_>,
        within: Within<'_>,
    ) -> Result<Reply, Error> {
        let tenant = self.tenant(call.who);
        let definitions = tenant.definitions();
        let entry = definitions
            .action(call.slug)
            .filter(|entry| is_reached(entry.action(), call.surface))
            .ok_or_else(no_action)?;
        self.invoke_entry(&tenant, &definitions, entry, call, within)
            .await
    }

    /// Runs the action that tells whether a credential is good, wherever it is exposed.
    pub(crate) async fn run_check(
        &self,
        who: &Principal,
        slug: &str,
        credentials: CredentialChoice,
    ) -> Result<(), Error> {
        let tenant = self.tenant(who);
        let definitions = tenant.definitions();
        let entry = definitions.action(slug).ok_or_else(no_action)?;
        let (request, cancel) = (self.new_request_id(), CancellationToken::new());
        let call = Invocation {
            who,
            slug,
            input: RawJson::empty_object(),
            surface: Surface::Cli,
            caller: Arc::new(NoCaller),
            cancel: &cancel,
            request: &request,
            credentials,
        };
        self.invoke_entry(&tenant, &definitions, entry, call, Within::default())
            .await
            .map(drop)
    }

    async fn invoke_entry(
        &self,
        tenant: &Tenant,
        definitions: &Definitions,
        entry: &Entry,
        call: Invocation<'_>,
        within: Within<'_>,
    ) -> Result<Reply, Error> {
        let facts = tenant.facts();
        let thing = facts.action(ThingKind::Tool, entry, entry.tool_name());
        if matches!(call.surface, Surface::Http | Surface::Ws | Surface::Inside) {
            self.limits().of_tool(call.who, &thing.name)?;
        }
        let wish = Wish {
            who: call.who,
            thing: &thing,
            arguments: &call.input,
            caller: &call.caller,
            cancel: call.cancel,
            request: call.request,
            definition: &|| entry.tool_definition(),
            chosen: Choosing::Choice(&call.credentials),
            params: None,
            job: within.job,
            waits: within.job.is_none(),
        };
        let admitted = self.admit_call(&wish).await;
        let admitted = admitted.map_err(|refused| {
            let refused = Err::<(), _>(refused.or(no_action));
            let called = Called::action(entry, None);
            let sent = Sent::Input(&call.input);
            let record = self.audit().call(call.who, call.request, called, sent);
            record.end(&refused);
            refused.err().unwrap_or_else(no_action)
        })?;
        let run = Run {
            definitions,
            admitted,
            who: call.who,
            input: call.input,
            caller: &call.caller,
            cancel: call.cancel,
            request: call.request,
            through: None,
            credentials: Some(&call.credentials),
            within,
        };
        self.run(entry, &run).await
    }

    /// The one way an action runs, whichever name it was called by: admitted before, validate, run
    /// within its time, check what it answers.
    pub(crate) async fn run(&self, entry: &Entry, run: &Run<'_>) -> Result<Reply, Error> {
        self.run_if(entry, run, run.authorize(entry)).await
    }

    /// Runs an action if it may.
    async fn run_if(
        &self,
        entry: &Entry,
        run: &Run<'_>,
        may: Result<(), Error>,
    ) -> Result<Reply, Error> {
        let slug = entry.action().slug();
        let policies = &run.admitted.decision.policies;
        let request = run.request;
        let span = tracing::debug_span!("action", action = slug, %request, ?policies);
        let started = tokio::time::Instant::now();
        let called = Called::action(entry, run.through.as_ref());
        let sent = match &run.through {
            Some(call) => Sent::Params(call.params),
            None => Sent::Input(&run.input),
        };
        let mut record = self.audit().call(run.who, run.request, called, sent);
        record.admitted(&run.admitted);
        if let Some(job) = run.within.job {
            record.job(job);
        }
        let outcome = async {
            may?;
            entry.validate(&run.input)?;
            let leased = self.lease(run.who, run.definitions, entry, || run.choice());
            let leased = leased.await?;
            record.leased(leased.iter().flat_map(Leased::instances));
            let acting = self.acting_for(run.who, slug).await?;
            record.begin().await?;
            let with = With {
                leased: leased.as_ref(),
                acting: acting.as_ref(),
            };
            let mut reply = self.attempt(entry, run, with).await;
            self.leased(leased.as_ref(), &reply);
            if let Some(acting) = self.acting_again(run.who, acting.as_ref(), &reply).await?
                && may_repeat(entry)
            {
                let with = With {
                    leased: leased.as_ref(),
                    acting: Some(&acting),
                };
                reply = self.attempt(entry, run, with).await;
            }
            if may_repeat(entry)
                && let Some(renewed) = self.renewed(leased.as_ref(), &reply, run, entry).await?
            {
                let with = With {
                    leased: Some(&renewed),
                    acting: None,
                };
                reply = self.attempt(entry, run, with).await;
                self.leased(Some(&renewed), &reply);
            }
            let reply = reply?;
            // The action is ours, so a mismatch is a fault in its code: found where it is tested.
            if cfg!(debug_assertions) {
                entry.validate_output(&reply)?;
            }
            Ok(reply)
        }
        .instrument(span)
        .await;
        if let Some(meter) = run.definitions.meter(slug) {
            meter.record(started.elapsed(), outcome.is_err());
        }
        record.end(&outcome);
        if let Err(error) = &outcome {
            log(error, slug, run.request);
        }
        outcome
    }

    /// Another lease for a call whose access token the service refused, once: with a token that was
    /// renewed since. `None` where there is no other one.
    async fn renewed<T>(
        &self,
        leased: Option<&Leased>,
        reply: &Result<T, Error>,
        run: &Run<'_>,
        entry: &Entry,
    ) -> Result<Option<Leased>, Error> {
        let Some(leased) = leased.filter(|leased| leased.was_refused(reply)) else {
            return Ok(None);
        };
        let renewed = self.lease(run.who, run.definitions, entry, || run.choice());
        let renewed = renewed.await?;
        Ok(renewed.filter(|renewed| renewed.has_other_tokens(leased)))
    }

    /// Runs the action that people sign in or up with. Nobody is known yet, so there is nobody whom
    /// a policy could allow it: that it is one is all it needs.
    pub(crate) async fn run_sign_in(&self, entry: &Entry, run: &Run<'_>) -> Result<Reply, Error> {
        let may = entry.action().get_sign_in().map(drop).ok_or_else(no_action);
        self.run_if(entry, run, may).await
    }

    /// What may be meant by what was typed for an argument; nothing where nothing is offered.
    pub(crate) async fn completions(
        &self,
        entry: &Entry,
        run: &Run<'_>,
        argument: &str,
        typed: String,
    ) -> Result<Vec<String>, Error> {
        run.authorize(entry)?;
        let cancel = run.cancel.child_token();
        let _ended = cancel.clone().drop_guard();
        let context = self.context(entry, run, Arc::clone(run.caller), cancel.clone());
        let asking = async {
            match entry.action().completions(context, argument, typed) {
                Some(completions) => completions.await,
                None => Ok(Vec::new()),
            }
        };
        let limited = within(entry.action().get_timeout(), None, guarded(asking));
        match cancel.run_until_cancelled(limited).await {
            Some(outcome) => outcome,
            None => Err(cancelled()),
        }
    }

    async fn attempt(&self, entry: &Entry, run: &Run<'_>, with: With<'_>) -> Result<Reply, Error> {
        let cancel = run.cancel.child_token();
        // Whatever ends this call, by time, by cancellation or by being dropped, ends what the
        // action has started with its token.
        let _ended = cancel.clone().drop_guard();
        let patient = Arc::new(Patient::new(Arc::clone(run.caller)));
        let caller: Arc<dyn Caller> = Arc::clone(&patient) as _;
        let mut context = self.context(entry, run, caller, cancel);
        if let Some(leased) = with.leased {
            context = context.with_lease(Arc::clone(&leased.lease));
        }
        if let Some(acting) = with.acting {
            context = context.with(Arc::clone(&acting.context));
        }
        let input = run.input.clone();
        let running = guarded(async { entry.action().run(context, input).await });
        let limited = within(entry.action().get_timeout(), Some(&patient), running);
        match run.cancel.run_until_cancelled(limited).await {
            Some(outcome) => outcome,
            None => Err(cancelled()),
        }
    }

    fn context(
        &self,
        entry: &Entry,
        run: &Run<'_>,
        caller: Arc<dyn Caller>,
        cancel: CancellationToken,
    ) -> Context {
        let calls = Arc::new(Calling {
            app: self.clone(),
            carried: run.carried(),
            following: run.within.following.clone(),
        });
        let context = Context::new(
            run.who.clone(),
            run.request.clone(),
            cancel,
            caller,
            Arc::clone(&self.inner.clock),
        )
        .with_announcer(self.tenant(run.who).announcer())
        .with_http(Arc::clone(&self.inner.http))
        .with_publisher(Arc::clone(&self.inner.channels) as _)
        .with_calls(calls, entry.shared_slug(), run.within.above.clone());
        match run.within.job {
            Some(job) => context.with_job(job.clone()),
            None => context,
        }
    }
}

/// What an action is run with.
struct With<'a> {
    leased: Option<&'a Leased>,
    acting: Option<&'a Acting>,
}

/// Turns a panic into a failure, so that one action's mistake is one call's failure. What the panic
/// said is left to the panic hook: it may repeat what was submitted.
async fn guarded<T>(running: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let outcome = AssertUnwindSafe(running).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Error::internal("the action panicked")))
}

/// Whether doing it twice is the same as doing it once.
fn may_repeat(entry: &Entry) -> bool {
    let annotations = entry.action().get_annotations();
    annotations.read_only == Some(true) || annotations.idempotent == Some(true)
}

/// Faults of ours are for the operator; what a caller did wrong is for the caller.
fn log(error: &Error, action: &str, request: &RequestId) {
    if error.kind() == Kind::Internal {
        let source = std::error::Error::source(error);
        tracing::error!(action, %request, source, "an action failed");
    } else {
        tracing::debug!(action, %request, code = error.code(), "an action failed");
    }
}

/// Whether an action is there where a call came in.
pub(crate) fn is_reached(action: &Action, surface: Surface) -> bool {
    let exposed = match surface {
        Surface::Mcp => Expose::MCP,
        Surface::Http => Expose::HTTP,
        Surface::Ws => Expose::WS,
        Surface::Cli => Expose::CLI,
        Surface::Task => Expose::TASK,
        Surface::Schedule => return action.is_scheduled(),
        Surface::Inside => return action.get_sign_in().is_none(),
    };
    action.exposure().contains(exposed)
}

pub(crate) fn no_action() -> Error {
    Error::new(
        Kind::NotFound,
        "action_not_found",
        "there is no action of this name here",
    )
}

fn cancelled() -> Error {
    Error::new(Kind::Cancelled, "cancelled", "the call was cancelled")
}
