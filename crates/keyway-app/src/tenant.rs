use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use keyway_core::Principal;
use keyway_core::action::Announcement;
use keyway_core::ports::Upstream;
use parking_lot::Mutex;
use tokio::sync::broadcast;

use crate::catalogue::{Catalogue, Sources, build};
use crate::metrics::Metrics;
use crate::policy::{Facts, InForce, View, Views};
use crate::{Definitions, List, Notice, Settings};

/// How many notices a listener may be behind before it misses some.
const NOTICES: usize = 256;

/// How often actions said that a list changed.
type Announced = [AtomicU64; List::ALL.len()];

type Announcer = Arc<dyn Fn(Announcement) + Send + Sync>;

/// What one organization has, and who listens to its changes.
pub(crate) struct Tenant {
    metrics: Arc<Metrics>,
    settings: Arc<Settings>,
    facts: Facts,
    views: Views,
    catalogue: ArcSwap<Catalogue>,
    notices: broadcast::Sender<Notice>,
    announce: Announcer,
    announced: Arc<Announced>,
    /// Held while a catalogue is built, so that of two changes the later one wins.
    upstreams: Mutex<Vec<Arc<dyn Upstream>>>,
}

impl Tenant {
    pub(crate) fn new(
        organization: &str,
        definitions: &Arc<Definitions>,
        metrics: Arc<Metrics>,
        settings: Arc<Settings>,
    ) -> Self {
        let facts = Facts::new(organization, settings.unannotated);
        let catalogue = build(
            &Sources {
                definitions,
                upstreams: &[],
                metrics: &metrics,
                facts: &facts,
                ttl: settings.list_ttl,
            },
            None,
        );
        let notices = broadcast::Sender::new(NOTICES);
        let announced = Arc::<Announced>::default();
        Self {
            metrics,
            settings,
            facts,
            views: Views::default(),
            catalogue: ArcSwap::from_pointee(catalogue),
            announce: announcer(notices.clone(), Arc::clone(&announced)),
            announced,
            notices,
            upstreams: Mutex::default(),
        }
    }

    /// What this organization has of its own now.
    pub(crate) fn definitions(&self) -> Arc<Definitions> {
        Arc::clone(self.catalogue.load().definitions())
    }

    /// What a name leads to, and the definitions of the same moment.
    pub(crate) fn find<T>(
        &self,
        look: impl FnOnce(&Catalogue) -> Option<T>,
    ) -> Option<(T, Arc<Definitions>)> {
        let catalogue = self.catalogue.load();
        Some((look(&catalogue)?, Arc::clone(catalogue.definitions())))
    }

    /// What can be listed and called now.
    pub(crate) fn catalogue(&self) -> arc_swap::Guard<Arc<Catalogue>> {
        self.catalogue.load()
    }

    /// How what the organization has looks to policies.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What `who` sees of it under these policies.
    pub(crate) fn view(
        &self,
        who: &Principal,
        in_force: &Arc<InForce>,
        now: Timestamp,
    ) -> Arc<View> {
        self.views.of(who, in_force, &self.catalogue.load(), now)
    }

    /// Tells whoever listens of the lists of which someone sees something else now.
    pub(crate) fn policies_changed(&self, old: &InForce, new: &Arc<InForce>, now: Timestamp) {
        let catalogue = self.catalogue.load_full();
        for list in self.views.changed(old, new, &catalogue, now) {
            self.tell(Notice::ListChanged(list));
        }
    }

    pub(crate) fn upstreams(&self) -> Vec<Arc<dyn Upstream>> {
        self.upstreams.lock().clone()
    }

    pub(crate) fn has(&self, server: &str) -> bool {
        self.upstreams
            .lock()
            .iter()
            .any(|upstream| upstream.key() == server)
    }

    /// Replaces the upstreams.
    pub(crate) fn set_upstreams(&self, all: Vec<Arc<dyn Upstream>>) {
        let mut upstreams = self.upstreams.lock();
        *upstreams = all;
        self.rebuild(&self.definitions(), &upstreams);
    }

    /// Replaces what the organization has of its own, and answers what it had before.
    pub(crate) fn define(&self, definitions: &Arc<Definitions>) -> Arc<Definitions> {
        let upstreams = self.upstreams.lock();
        let before = self.definitions();
        self.rebuild(definitions, &upstreams);
        before
    }

    /// Takes in what the upstreams list now.
    pub(crate) fn refresh(&self) {
        let upstreams = self.upstreams.lock();
        self.rebuild(&self.definitions(), &upstreams);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Tells everyone who listens. Nobody may.
    pub(crate) fn tell(&self, notice: Notice) {
        let _ = self.notices.send(notice);
    }

    /// How actions tell the organization's clients that something changed.
    pub(crate) fn announcer(&self) -> Announcer {
        Arc::clone(&self.announce)
    }

    /// How often actions said that a list changed.
    pub(crate) fn announced(&self, list: List) -> u64 {
        let all = List::ALL.iter().zip(&*self.announced);
        let found = all.into_iter().find(|(one, _)| **one == list);
        found.map_or(0, |(_, count)| count.load(Ordering::Relaxed))
    }

    fn rebuild(&self, definitions: &Arc<Definitions>, upstreams: &[Arc<dyn Upstream>]) {
        let before = self.catalogue.load_full();
        let sources = Sources {
            definitions,
            upstreams,
            metrics: &self.metrics,
            facts: &self.facts,
            ttl: self.settings.list_ttl,
        };
        let now = Arc::new(build(&sources, Some(&before)));
        self.catalogue.store(Arc::clone(&now));
        for list in now.changed_since(&before) {
            self.tell(Notice::ListChanged(list));
        }
    }
}

fn announcer(notices: broadcast::Sender<Notice>, announced: Arc<Announced>) -> Announcer {
    Arc::new(move |what| {
        let notice = match what {
            Announcement::Tools => Notice::ListChanged(List::Tools),
            Announcement::Resources => Notice::ListChanged(List::Resources),
            Announcement::Prompts => Notice::ListChanged(List::Prompts),
            Announcement::Resource(uri) => Notice::ResourceUpdated(uri),
        };
        if let Notice::ListChanged(list) = &notice {
            let counts = List::ALL.iter().zip(&*announced);
            for (_, count) in counts.filter(|(one, _)| *one == list) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        let _ = notices.send(notice);
    })
}
