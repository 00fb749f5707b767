//! Who may decide about a call, asked when they do and again before it runs.

use keyway_core::rpc::RawJson;
use keyway_core::scopes::Scope;
use keyway_core::{Error, Principal, Scopes, Subject};
use keyway_policy::{Act, Thing, ThingKind};
use keyway_store::{Approval, WhoDecided};

use super::canonical::definition_hash;
use super::decide::Through;
use super::refusal;
use crate::jobs::{Asker, actor_id};
use crate::policy::allows;
use crate::{App, access};

/// A tool that was asked about.
pub(super) enum Now {
    /// It is defined like this.
    Is(RawJson),
    /// It, or its server, is not there any more.
    Gone,
    /// Its server does not say at the moment.
    Unknown,
}

impl App {
    /// Refuses `who` unless they may decide about a call: not by an agent; about what they or theirs ask
    /// for only signed in themselves and where policy says so (`approve`); about what others ask for
    /// where policy says so (`decide`), which with a key or a token needs the scope `approvals`. At a third
    /// party nobody decides about what they ask for themselves.
    pub(super) async fn may_decide(
        &self,
        who: &Principal,
        approval: &Approval,
        thing: &Thing,
    ) -> Result<(), Error> {
        let is_own = actor_id(who) == approval.actor;
        if who.agent().is_some() {
            return Err(refusal::not_by_hand());
        }
        match who.subject() {
            Subject::Local => return Ok(()),
            Subject::Anonymous => return Err(access::forbidden()),
            Subject::Publication { .. } => return Err(refusal::not_by_hand()),
            Subject::ApiKey { .. } | Subject::Token { .. } | Subject::Linked { .. } if is_own => {
                return Err(refusal::own());
            }
            Subject::ApiKey { .. } | Subject::Token { .. } if !who.scopes().approvals() => {
                let needed = Scopes::of([Scope::Approvals]);
                return Err(Error::insufficient_scope(who.scopes().union(&needed)));
            }
            Subject::ApiKey { .. }
            | Subject::Token { .. }
            | Subject::WebSession { .. }
            | Subject::Linked { .. } => {}
        }
        let role = access::role(&self.inner.store, who).await?;
        let role = role.ok_or_else(access::forbidden)?;
        let view = self.view(&who.with_role(role));
        let act = if is_own { Act::Approve } else { Act::Decide };
        match allows(&view.decide(act, thing)) {
            true => Ok(()),
            false if is_own => Err(refusal::own()),
            false => Err(access::forbidden()),
        }
    }

    /// Whether policy lets the person behind a call decide about it at their client.
    pub(super) fn may_approve_own(&self, who: &Principal, thing: &Thing) -> bool {
        let is_person = who.actor().is_some_and(|actor| actor.user().is_some());
        is_person && allows(&self.view(who).decide(Act::Approve, thing))
    }

    /// Whether who said yes may still say it, now that the call is about to run.
    pub(super) async fn still_counts(
        &self,
        asks: &Principal,
        approval: &Approval,
        decided: &WhoDecided,
        thing: &Thing,
    ) -> Result<bool, Error> {
        if decided.through == Through::Client.as_str() {
            return Ok(self.may_approve_own(asks, thing));
        }
        let Ok(asker) = serde_json::from_str::<Asker>(&decided.decider) else {
            return Ok(false);
        };
        let inner = &self.inner;
        let now = asker.now(&inner.store, asks.organization(), inner.clock.now());
        let who = match now.await {
            Ok(who) => self.governed(who),
            Err(error) if error.kind() == keyway_core::Kind::Forbidden => return Ok(false),
            Err(error) => return Err(error),
        };
        match self.may_decide(&who, approval, thing).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == keyway_core::Kind::Forbidden => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The tool of an approval as policies see it now; as it was when it was asked about where it is
    /// not there.
    pub(super) fn thing_asked(&self, who: &Principal, approval: &Approval) -> Thing {
        let tenant = self.tenant(who);
        if let Some(route) = tenant.tool(&approval.tool) {
            return Thing::clone(&route.thing);
        }
        if let Some(server) = &approval.server {
            let known = tenant.facts();
            let unsaid = RawJson::empty_object();
            return known.tool(
                &server.as_str().into(),
                &approval.tool,
                &approval.own,
                &unsaid,
            );
        }
        match tenant.definitions().action(&approval.own) {
            Some(entry) => tenant
                .facts()
                .action(ThingKind::Tool, entry, entry.tool_name()),
            None => Thing::named(ThingKind::Tool, who.organization().as_str(), &approval.tool),
        }
    }

    /// What has changed of the tool of an approval since it was asked about, so that it is not the tool
    /// that was asked about.
    pub(super) fn changed_since(
        &self,
        who: &Principal,
        approval: &Approval,
    ) -> Option<&'static str> {
        match self.definition_now(who, approval) {
            Now::Unknown => None,
            Now::Gone => Some("tool_gone"),
            Now::Is(now) => (definition_hash(now.as_str()) != approval.definition_hash)
                .then_some("definition_changed"),
        }
    }

    /// The definition of the tool of an approval as it is now.
    pub(super) fn definition_now(&self, who: &Principal, approval: &Approval) -> Now {
        let tenant = self.tenant(who);
        let Some(server) = &approval.server else {
            let definitions = tenant.definitions();
            let entry = definitions.action(&approval.own);
            return entry.map_or(Now::Gone, |entry| Now::Is(entry.tool_definition()));
        };
        if let Some(route) = tenant.tool(&approval.tool) {
            return Now::Is(route.definition(&tenant.definitions()));
        }
        // A server that is away lists nothing, and one that each reaches with their own credentials
        // lists for them alone.
        let listed = tenant.upstreams();
        let here = listed.iter().any(|upstream| upstream.key() == server);
        let known = here || self.inner.bound.defines(who.organization(), server);
        if known { Now::Unknown } else { Now::Gone }
    }
}
