use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::Principal;
use keyway_policy::Class;
use parking_lot::RwLock;

use super::{InForce, View};
use crate::List;
use crate::catalogue::Catalogue;

/// The most views one organization keeps. Each may hold a copy of what it lists.
const VIEWS: usize = 128;

/// What each class of principals of one organization sees.
#[derive(Default)]
pub(crate) struct Views {
    kept: RwLock<Kept>,
    hasher: RandomState,
}

#[derive(Default)]
struct Kept {
    views: HashMap<u64, Vec<Arc<View>>>,
    count: usize,
    /// Some were let go of, so that not every class that listens is known.
    forgot: bool,
}

impl Views {
    /// What `who` sees of a catalogue under these policies. Kept for all of their class, unless
    /// decisions depend on the moment.
    pub(crate) fn of(
        &self,
        who: &Principal,
        in_force: &Arc<InForce>,
        catalogue: &Arc<Catalogue>,
        now: Timestamp,
    ) -> Arc<View> {
        let mentions = in_force.policies.mentions();
        if mentions.is_volatile() {
            return Arc::new(View::new(in_force, catalogue, who, now));
        }
        let mut hasher = self.hasher.build_hasher();
        Class::hash_of(who, &mut hasher);
        let hash = hasher.finish();
        let holds = |view: &View| {
            Arc::ptr_eq(&view.in_force, in_force)
                && Arc::ptr_eq(&view.catalogue, catalogue)
                && view.class.has(who, mentions)
                && view.works_for() == who.project()
        };
        if let Some(views) = self.kept.read().views.get(&hash)
            && let Some(view) = views.iter().find(|view| holds(view))
        {
            return Arc::clone(view);
        }
        let view = Arc::new(View::new(in_force, catalogue, who, now));
        self.kept.write().put(hash, &view);
        view
    }

    /// The lists of which someone sees something else under `new` policies than under `old` ones.
    pub(crate) fn changed(
        &self,
        old: &InForce,
        new: &Arc<InForce>,
        catalogue: &Arc<Catalogue>,
        now: Timestamp,
    ) -> Vec<List> {
        let kept = self.kept.read();
        let known: Vec<_> = kept.views.values().flatten().map(Arc::clone).collect();
        let unsure = kept.forgot
            || old.policies.mentions() != new.policies.mentions()
            || new.policies.mentions().is_volatile();
        drop(kept);
        let differs = |list: List| {
            known.iter().any(|view| {
                let before = View::new(&view.in_force, catalogue, &view.who(), now);
                let after = View::new(new, catalogue, &view.who(), now);
                !before.sees_as(&after, list)
            })
        };
        List::ALL
            .into_iter()
            .filter(|list| catalogue.count(*list) > 0 && (unsure || differs(*list)))
            .collect()
    }
}

impl Kept {
    fn put(&mut self, hash: u64, view: &Arc<View>) {
        if self.count >= VIEWS {
            self.views.clear();
            self.count = 0;
            self.forgot = true;
        }
        let same_place = self.views.entry(hash).or_default();
        let before = same_place.len();
        // A view of other policies or of another catalogue is of no use any more.
        same_place.retain(|old| {
            Arc::ptr_eq(&old.in_force, &view.in_force)
                && Arc::ptr_eq(&old.catalogue, &view.catalogue)
                && (old.class != view.class || old.works_for() != view.works_for())
        });
        same_place.push(Arc::clone(view));
        self.count = self.count + same_place.len() - before;
    }
}
