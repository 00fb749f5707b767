use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Weak};

use keyway_core::OrgId;
use keyway_core::ports::Upstream;
use keyway_store::{ServerTools, Store, StoreError};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::curated::Curated;
use super::rules::{Rules, Usual};

/// A server: whose it is, and its key.
pub(crate) type Key = (OrgId, Arc<str>);

/// What was decided about every server, and the servers that are shown by it.
#[derive(Default)]
pub(crate) struct Trust {
    known: Mutex<Known>,
    /// Servers whose lists may say something that is not known.
    pub(super) unseen: Mutex<HashSet<Key>>,
    pub(super) woken: Notify,
    /// Held while a list is written down, so that none is of a server that was forgotten meanwhile.
    pub(super) writing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    stored: HashMap<Key, Arc<ServerTools>>,
    /// By key: one, or as many as there are connections made with credentials of callers.
    shown: HashMap<Key, Vec<Weak<Curated>>>,
}

impl Trust {
    /// With what was decided before.
    pub(crate) fn new(stored: Vec<ServerTools>) -> Self {
        let trust = Self::default();
        trust.take_in(stored);
        trust
    }

    /// A server as it may be seen. The same one for the same connection.
    pub(crate) fn shown(
        &self,
        organization: &OrgId,
        inner: &Arc<dyn Upstream>,
        usual: Usual,
    ) -> Arc<dyn Upstream> {
        let key: Key = (organization.clone(), inner.key().into());
        let mut known = self.known.lock();
        let rules = match known.stored.get(&key) {
            Some(stored) => Rules::of(stored, usual),
            None => Rules::usual(usual),
        };
        let all = known.shown.entry(key.clone()).or_default();
        all.retain(|one| one.strong_count() > 0);
        let same = |one: &Arc<Curated>| Arc::ptr_eq(one.inner(), inner) && one.usual() == usual;
        let found = all.iter().filter_map(Weak::upgrade).find(same);
        let curated = found.unwrap_or_else(|| {
            let curated = Arc::new(Curated::new(Arc::clone(inner), usual, Arc::new(rules)));
            all.push(Arc::downgrade(&curated));
            curated
        });
        drop(known);
        if curated.rules().remember() {
            self.look_at(key);
        }
        curated
    }

    /// The lists of a server may say something that is not known.
    pub(crate) fn listed(&self, organization: &OrgId, server: &str) {
        let key: Key = (organization.clone(), server.into());
        let shown = self.all_shown(&key);
        if shown.iter().any(|one| one.rules().remember()) {
            self.look_at(key);
        }
    }

    /// Lets go of the connections of a server that is not there any more.
    pub(super) fn let_go(&self, key: &Key) {
        self.known.lock().shown.remove(key);
        self.unseen.lock().remove(key);
    }

    fn look_at(&self, key: Key) {
        self.unseen.lock().insert(key);
        self.woken.notify_one();
    }

    /// The connections of a server.
    pub(super) fn all_shown(&self, key: &Key) -> Vec<Arc<Curated>> {
        let known = self.known.lock();
        let all = known.shown.get(key).into_iter().flatten();
        all.filter_map(Weak::upgrade).collect()
    }

    /// Takes over what was decided, and shows every server by it. Answers which are shown by
    /// something else from here on.
    pub(super) fn take_in(&self, stored: Vec<ServerTools>) -> HashSet<Key> {
        let mut changed = HashSet::new();
        for one in stored {
            let key: Key = (one.organization.clone(), one.server.as_str().into());
            let one = Arc::new(one);
            let mut known = self.known.lock();
            let later = known
                .stored
                .get(&key)
                .is_some_and(|had| had.epoch > one.epoch);
            if later {
                continue;
            }
            known.stored.insert(key.clone(), Arc::clone(&one));
            drop(known);
            for curated in self.all_shown(&key) {
                let rules = Arc::new(Rules::of(&one, curated.usual()));
                let remember = rules.remember();
                curated.decide(rules);
                changed.insert(key.clone());
                if remember {
                    self.look_at(key.clone());
                }
            }
        }
        changed
    }

    /// Reads what is decided about one server, and shows it by that.
    pub(super) async fn reload(&self, store: &Store, key: &Key) -> Result<bool, StoreError> {
        let stored = store.server_tools(&key.0, &key.1).await?;
        Ok(!self.take_in(vec![stored]).is_empty())
    }
}
