use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use keyway_core::Principal;
use keyway_core::rpc::RpcError;
use keyway_policy::{Act, Class, Decision, Signature, Thing, ThingKind, Verdict};
use parking_lot::RwLock;

use super::InForce;
use super::in_force::in_scope;
use crate::catalogue::{Catalogue, Section};
use crate::{List, Page};

/// The most decisions a view remembers. Only URIs that nobody lists can make it reach them.
const DECISIONS: usize = 16_384;

/// A catalogue as one class of principals sees it under the policies of one moment.
pub(crate) struct View {
    pub(super) in_force: Arc<InForce>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) class: Class,
    /// One of the class.
    who: Principal,
    now: Timestamp,
    decisions: RwLock<HashMap<(Act, Signature), Arc<Decision>>>,
    /// What is seen of each list; `None` for all of it.
    sections: [OnceLock<Option<Section>>; 4],
}

impl View {
    pub(super) fn new(
        in_force: &Arc<InForce>,
        catalogue: &Arc<Catalogue>,
        who: &Principal,
        now: Timestamp,
    ) -> Self {
        Self {
            class: Class::of(who, in_force.policies.mentions()),
            in_force: Arc::clone(in_force),
            catalogue: Arc::clone(catalogue),
            who: who.clone(),
            now,
            decisions: RwLock::default(),
            sections: [const { OnceLock::new() }; 4],
        }
    }

    /// One of the class it is the view of.
    pub(super) fn who(&self) -> Principal {
        self.who.clone()
    }

    /// The project that those it is the view of work for.
    pub(super) fn works_for(&self) -> Option<&str> {
        self.who.project()
    }

    /// One page of what is seen of a list.
    pub(crate) fn page(&self, list: List, cursor: Option<&str>) -> Result<Page, RpcError> {
        self.section(list).page(cursor)
    }

    /// How much is seen of a list.
    pub(crate) fn count(&self, list: List) -> usize {
        self.section(list).len()
    }

    /// True when a thing is there for whom it is the view of, whatever policy says.
    pub(crate) fn is_there(&self, thing: &Thing) -> bool {
        self.catalogue.is_there_for(&self.who, thing)
    }

    /// True when a thing is seen: it is there and in scope, and policy permits its use.
    pub(crate) fn sees(&self, thing: &Thing) -> bool {
        self.is_there(thing)
            && in_scope(&self.who, thing)
            && self.decide(act_on(thing), thing).verdict.permits()
    }

    /// True when both see the same of a list.
    pub(super) fn sees_as(&self, other: &Self, list: List) -> bool {
        self.section(list).same(other.section(list))
    }

    /// What policy says. The same for the whole class, and for all things of a signature.
    pub(crate) fn decide(&self, act: Act, thing: &Thing) -> Arc<Decision> {
        let key = (act, Signature::of(thing, self.in_force.policies.mentions()));
        if let Some(known) = self.decisions.read().get(&key) {
            return Arc::clone(known);
        }
        let decision = Arc::new(self.in_force.decide(&self.who, act, thing, self.now));
        let mut decisions = self.decisions.write();
        if decisions.len() < DECISIONS {
            decisions.insert(key, Arc::clone(&decision));
        }
        decision
    }

    /// A number that stands for what is seen of a list.
    pub(crate) fn digest(&self, list: List) -> u64 {
        self.section(list).digest()
    }

    /// What is seen of a list.
    pub(crate) fn section(&self, list: List) -> &Section {
        let [tools, resources, templates, prompts] = &self.sections;
        let own = match list {
            List::Tools => tools,
            List::Resources => resources,
            List::Templates => templates,
            List::Prompts => prompts,
        };
        let whole = self.catalogue.section(list);
        let seen = own.get_or_init(|| whole.filtered(|thing| self.sees(thing)));
        seen.as_ref().unwrap_or(whole)
    }
}

/// What is done with a thing by whoever uses it.
pub(crate) fn act_on(thing: &Thing) -> Act {
    match thing.kind {
        ThingKind::Tool => Act::Call,
        ThingKind::Resource | ThingKind::Prompt => Act::Read,
        ThingKind::Server => Act::List,
        ThingKind::Organization => Act::Administer,
    }
}

/// True when a decision lets something happen without asking anybody.
pub(crate) fn allows(decision: &Decision) -> bool {
    decision.verdict == Verdict::Allow
}
