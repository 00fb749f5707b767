//! The way of a call that needs an approval: found or parked, waited for, checked, taken up.

use std::sync::Arc;

use keyway_core::rpc::RawJson;
use keyway_core::{ApprovalId, Error, Kind};
use keyway_policy::Decision;
use keyway_store::{Approval, ApprovalState, Hash, NewApproval, ParkedApproval};
use keyway_vault::Context;

use super::canonical::{call_hash, canonical, definition_hash};
use super::question::Named;
use super::refusal;
use super::requester::requester;
use super::wait::Waited;
use crate::App;
use crate::audit::{Effect, Event, EventKind};
use crate::jobs::{Asker, actor_id, later};
use crate::policy::{Admission, Admitted, Refused, Wish};

/// For how long the same call is answered with the same denial, in seconds: whoever is told no does
/// not ask again at once.
const DENIED_FOR: i64 = 600;

/// A call in the terms of approvals.
pub(super) struct Asked {
    pub(super) requester: String,
    pub(super) call: Hash,
    pub(super) definition_hash: Hash,
    pub(super) definition: RawJson,
    pub(super) arguments: String,
    pub(super) named: Named,
}

impl Asked {
    fn of(wish: &Wish<'_>) -> Self {
        let arguments = canonical(wish.arguments.as_str());
        let definition = (wish.definition)();
        Self {
            requester: requester(wish.who, wish.job),
            call: call_hash(&wish.thing.name, &arguments, &wish.chosen.read()),
            definition_hash: definition_hash(definition.as_str()),
            definition,
            arguments,
            named: wish.params.map(Named::of_params).unwrap_or_default(),
        }
    }
}

impl App {
    /// Lets a call through that a person approved, or says why not, or not yet.
    pub(crate) async fn admit_approved(
        &self,
        wish: &Wish<'_>,
        decision: &Decision,
    ) -> Result<Admitted, Refused> {
        let asked = Asked::of(wish);
        let mut approval = Box::new(self.asked_about(wish, &asked, decision).await?);
        if approval.state == ApprovalState::Pending {
            approval = match self.decided(wish, &asked, *approval).await? {
                Waited::Decided(approval) => approval,
                Waited::Shows(result) => return Err(Refused::Asks(result)),
            };
        }
        if approval.state != ApprovalState::Approved {
            return Err(self.told(wish, &approval).await?.into());
        }
        // Policy is asked again: it may have changed meanwhile.
        match self.admit(wish.who, wish.thing)? {
            Admission::Now(admitted) => {
                self.void(wish, &approval, "not_needed").await?;
                Ok(admitted)
            }
            Admission::Once(decision) => self.take_up(wish, &asked, *approval, decision).await,
        }
    }

    async fn take_up(
        &self,
        wish: &Wish<'_>,
        asked: &Asked,
        approval: Approval,
        decision: Arc<Decision>,
    ) -> Result<Admitted, Refused> {
        let Some(by) = &approval.decided else {
            return Err(Error::internal("an approval that nobody gave").into());
        };
        // Somebody may have thought about it for long.
        if let Some(reason) = self.changed_since(wish.who, &approval) {
            let approval = self.void(wish, &approval, reason).await?;
            return Err(self.told(wish, &approval).await?.into());
        }
        let counts = self.still_counts(wish.who, &approval, by, wish.thing);
        if !counts.await? {
            let approval = self.void(wish, &approval, "decider_gone").await?;
            return Err(self.told(wish, &approval).await?.into());
        }
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let until = later(now, self.settings().approvals.lease);
        let bound = (&asked.call, &asked.definition_hash);
        let lease = store
            .claim_approval(wish.who.organization(), &approval.id, bound, now, until)
            .await
            .map_err(Error::from)?;
        let Some(lease) = lease else {
            let approval = self.approval_now(wish, &approval.id).await?;
            return Err(self.told(wish, &approval).await?.into());
        };
        self.approval_moved(wish.who.organization());
        self.inner.metrics.approvals.executed();
        Ok(Admitted {
            decision,
            approved: Some(self.hold_approved(lease)),
        })
    }

    /// The approval a call is about: the one it names, one that is open or whose end was not told yet,
    /// or a new one.
    async fn asked_about(
        &self,
        wish: &Wish<'_>,
        asked: &Asked,
        decision: &Decision,
    ) -> Result<Approval, Error> {
        if let Some(id) = &asked.named.id {
            return self.named(wish, asked, id).await;
        }
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let organization = wish.who.organization();
        let last = store
            .last_approval(
                organization,
                &asked.requester,
                &wish.thing.name,
                &asked.call,
            )
            .await?;
        if let Some(last) = last.map(|last| self.as_of_now(last)) {
            let open = matches!(last.state, ApprovalState::Pending | ApprovalState::Approved);
            if open && last.definition_hash == asked.definition_hash {
                return Ok(last);
            }
            if open {
                self.void(wish, &last, "definition_changed").await?;
            }
            let fresh = |at| now.duration_since(at).as_secs() < DENIED_FOR;
            let untold = match last.state {
                ApprovalState::Denied => {
                    last.told_at.is_none() || last.decided.as_ref().is_some_and(|by| fresh(by.at))
                }
                ApprovalState::Expired | ApprovalState::Void => last.told_at.is_none(),
                ApprovalState::Executed => refusal::is_lost(&last) && last.told_at.is_none(),
                ApprovalState::Pending | ApprovalState::Approved => false,
            };
            if untold {
                return Ok(last);
            }
        }
        self.park(wish, asked, decision).await
    }

    async fn named(&self, wish: &Wish<'_>, asked: &Asked, id: &str) -> Result<Approval, Error> {
        let id: ApprovalId = id.parse().map_err(|_| refusal::unknown())?;
        let found = self.inner.store.approval(wish.who.organization(), &id);
        let found = found.await?.filter(|row| row.requester == asked.requester);
        let approval = self.as_of_now(found.ok_or_else(refusal::unknown)?);
        let reason = if approval.tool != *wish.thing.name || approval.call_hash != asked.call {
            "arguments_changed"
        } else if approval.definition_hash != asked.definition_hash {
            "definition_changed"
        } else {
            return Ok(approval);
        };
        match approval.state {
            ApprovalState::Pending | ApprovalState::Approved => {
                self.void(wish, &approval, reason).await
            }
            _ => Ok(approval),
        }
    }

    async fn park(
        &self,
        wish: &Wish<'_>,
        asked: &Asked,
        decision: &Decision,
    ) -> Result<Approval, Error> {
        let inner = &self.inner;
        let (who, now) = (wish.who, inner.clock.now());
        let settings = &self.settings().approvals;
        let id = ApprovalId::generate(&*inner.clock, &*inner.random);
        let organization = who.organization();
        let question = self.asked_at(who).await?;
        let place = place(organization.as_str(), id.as_str());
        let sealed = inner.vault.seal(&place, asked.arguments.as_bytes());
        let new = NewApproval {
            requester: asked.requester.clone(),
            actor: actor_id(who),
            asker: serde_json::to_string(&Asker::of(who)).map_err(Error::internal)?,
            client: who.client().map(|client| client.as_str().to_owned()),
            agent: who.agent().map(|agent| agent.slug.clone()),
            session: who.agent().map(|agent| agent.session.to_string()),
            job: wish.job.map(|job| job.id.to_string()),
            request: wish.request.to_string(),
            tool: wish.thing.name.to_string(),
            own: wish.thing.own.to_string(),
            server: wish.thing.server.as_deref().map(str::to_owned),
            definition: asked.definition.as_str().to_owned(),
            definition_hash: asked.definition_hash,
            arguments: sealed.map_err(Error::internal)?,
            call_hash: asked.call,
            policies: serde_json::to_string(&decision.policies).map_err(Error::internal)?,
            at: now,
            expires_at: later(now, settings.expiry),
            question,
            id,
        };
        let event = about(EventKind::ApprovalAsked, wish, &new.id)
            .decided(Effect::NeedsApproval, decision.policies.clone());
        let mut parked = None;
        let parking = async {
            let before = inner
                .store
                .park_approval(organization, &new, settings.pending);
            match before.await? {
                ParkedApproval::New(approval) => parked = Some(approval),
                ParkedApproval::Already(approval) => {
                    parked = Some(approval);
                    return Err(already());
                }
                ParkedApproval::TooMany => return Err(too_many()),
            }
            Ok(())
        };
        let done = self.audit().change(event, parking).await;
        self.approval_moved(organization);
        match (parked, done) {
            (Some(approval), Ok(())) => {
                inner.metrics.approvals.asked();
                Ok(approval)
            }
            (Some(approval), Err(error)) if error.code() == already().code() => Ok(approval),
            (_, Err(error)) => Err(error),
            (None, Ok(())) => Err(already()),
        }
    }

    /// Makes an approval void that is open, and answers it as it is then.
    pub(super) async fn void(
        &self,
        wish: &Wish<'_>,
        approval: &Approval,
        reason: &'static str,
    ) -> Result<Approval, Error> {
        let event = about(EventKind::ApprovalVoided, wish, &approval.id);
        self.void_as(event, wish.who.organization(), &approval.id, reason)
            .await?;
        self.approval_now(wish, &approval.id).await
    }

    pub(super) async fn void_as(
        &self,
        event: Event,
        organization: &keyway_core::OrgId,
        id: &ApprovalId,
        reason: &'static str,
    ) -> Result<(), Error> {
        let store = &self.inner.store;
        let change = async {
            store.void_approval(organization, id, reason).await?;
            Ok(())
        };
        let event = event.detail("reason", reason);
        self.audit().change(event, change).await?;
        self.approval_moved(organization);
        Ok(())
    }

    /// Why a call does not run, told and noted as told.
    async fn told(&self, wish: &Wish<'_>, approval: &Approval) -> Result<Error, Error> {
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let organization = wish.who.organization();
        if approval.state == ApprovalState::Pending {
            let url = self.approval_url(&approval.id);
            return Ok(refusal::pending(&approval.id, url.as_deref()));
        }
        store.tell_approval(organization, &approval.id, now).await?;
        Ok(refusal::ended(approval))
    }

    pub(super) async fn approval_now(
        &self,
        wish: &Wish<'_>,
        id: &ApprovalId,
    ) -> Result<Approval, Error> {
        let found = self.inner.store.approval(wish.who.organization(), id);
        let found = found.await?.ok_or_else(refusal::unknown)?;
        Ok(self.as_of_now(found))
    }

    /// What is open and over its time counts as expired before its row says so.
    pub(crate) fn as_of_now(&self, mut approval: Approval) -> Approval {
        let open = matches!(
            approval.state,
            ApprovalState::Pending | ApprovalState::Approved
        );
        if open && approval.expires_at <= self.inner.clock.now() {
            approval.state = ApprovalState::Expired;
        }
        approval
    }

    /// Where a call is decided about.
    pub(crate) fn approval_url(&self, id: &ApprovalId) -> Option<String> {
        let pages = self.pages_url()?;
        Some(format!("{pages}/console/approvals/{id}"))
    }
}

fn about(kind: EventKind, wish: &Wish<'_>, id: &ApprovalId) -> Event {
    let event = Event::new(kind, wish.who)
        .target("approval", id.as_str())
        .approval(id.as_str())
        .tool(&wish.thing.name)
        .request(wish.request);
    let event = match &wish.thing.server {
        Some(server) => event.server(server),
        None => event,
    };
    match wish.who.agent() {
        Some(agent) => event
            .detail("agent", agent.slug.as_str())
            .detail("session", agent.session.as_str()),
        None => event,
    }
}

/// The place of what is sealed of an approval.
pub(super) fn place<'a>(organization: &'a str, id: &'a str) -> Context<'a> {
    Context {
        organization,
        table: "approvals",
        column: "arguments",
        row: id,
    }
}

fn already() -> Error {
    Error::new(
        Kind::Conflict,
        "approval_open",
        "this call is asked about already",
    )
}

fn too_many() -> Error {
    refusal::unavailable(
        "too many calls wait for a decision already; have some of them decided first",
    )
}
