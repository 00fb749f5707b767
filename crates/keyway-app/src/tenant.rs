use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use keyway_core::action::Announcement;
use keyway_core::ports::Upstream;
use keyway_core::{OrgId, Principal};
use parking_lot::Mutex;
use tokio::sync::broadcast;
use tokio::time::Instant;

use crate::bound::{Bound, Connection, Overlay, Overlays};
use crate::catalogue::{Catalogue, Sources, ToolRoute, build};
use crate::connectors::{Reach, Shown};
use crate::metrics::Metrics;
use crate::policy::{Facts, InForce, View, Views};
use crate::shared::Shared;
use crate::trust::{Lens, Trust};
use crate::{Definitions, List, Notice, Settings};

/// How many notices a listener may be behind before it misses some.
const NOTICES: usize = 256;

/// A catalogue of fewer items is built anew at each change of an upstream.
const MANY: usize = 2_000;

/// How many times as long as building it took changes are gathered otherwise, and how long at least and
/// at most.
const PAUSE: u32 = 4;
const GATHER: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(400));

/// How often actions said that a list changed.
type Announced = [AtomicU64; List::ALL.len()];

type Announcer = Arc<dyn Fn(Announcement) + Send + Sync>;

/// What one organization has, and who listens to its changes.
pub(crate) struct Tenant {
    organization: OrgId,
    metrics: Arc<Metrics>,
    settings: Arc<Settings>,
    facts: Facts,
    views: Views,
    catalogue: ArcSwap<Catalogue>,
    /// The same with what someone reaches with credentials of their own.
    overlays: Overlays,
    notices: broadcast::Sender<Notice>,
    announce: Announcer,
    announced: Arc<Announced>,
    /// How long building the catalogue took the last time, in microseconds.
    rebuilding: AtomicU64,
    /// Changes of the upstreams are being gathered.
    gathering: AtomicBool,
    /// Held while a catalogue is built, so that of two changes the later one wins.
    upstreams: Mutex<Shared>,
}

impl Tenant {
    pub(crate) fn new(
        organization: &OrgId,
        definitions: &Arc<Definitions>,
        metrics: Arc<Metrics>,
        settings: Arc<Settings>,
        trust: Arc<Trust>,
    ) -> Self {
        let facts = Facts::new(organization.as_str(), settings.unannotated);
        let catalogue = build(
            &Sources {
                definitions,
                upstreams: &[],
                reaches: &HashMap::new(),
                metrics: &metrics,
                facts: &facts,
                ttl: settings.list_ttl,
            },
            None,
        );
        let notices = broadcast::Sender::new(NOTICES);
        let announced = Arc::<Announced>::default();
        Self {
            organization: organization.clone(),
            metrics,
            settings,
            facts,
            views: Views::default(),
            catalogue: ArcSwap::from_pointee(catalogue),
            overlays: Overlays::default(),
            announce: announcer(notices.clone(), Arc::clone(&announced)),
            announced,
            notices,
            rebuilding: AtomicU64::new(0),
            gathering: AtomicBool::new(false),
            upstreams: Mutex::new(Shared::new(Lens::new(organization.clone(), trust))),
        }
    }

    /// What this organization has of its own now.
    pub(crate) fn definitions(&self) -> Arc<Definitions> {
        Arc::clone(self.catalogue.load().definitions())
    }

    /// What a name leads to for whoever has these connections, and the definitions of the same moment.
    pub(crate) fn find<T>(
        &self,
        bound: &Bound,
        look: impl FnOnce(&Catalogue) -> Option<T>,
    ) -> Option<(T, Arc<Definitions>)> {
        let catalogue = self.catalogue_with(bound);
        Some((look(&catalogue)?, Arc::clone(catalogue.definitions())))
    }

    /// The tool that everyone of the organization knows by a name.
    pub(crate) fn tool(&self, name: &str) -> Option<Arc<ToolRoute>> {
        self.catalogue.load().tool(name).cloned()
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
        let mut changed = self.views.changed(old, new, &catalogue, now);
        for overlay in self.overlays.all() {
            changed.extend(overlay.views.changed(old, new, &overlay.catalogue, now));
        }
        for list in List::ALL {
            if changed.contains(&list) {
                self.tell(Notice::ListChanged(list));
            }
        }
    }

    /// What can be listed and called by whoever has these connections.
    pub(crate) fn catalogue_with(&self, bound: &Bound) -> Arc<Catalogue> {
        if bound.ids().is_empty() {
            return self.catalogue.load_full();
        }
        Arc::clone(&self.overlay(bound).catalogue)
    }

    /// What `who` sees of it under these policies.
    pub(crate) fn view_with(
        &self,
        who: &Principal,
        bound: &Bound,
        in_force: &Arc<InForce>,
        now: Timestamp,
    ) -> Arc<View> {
        if bound.ids().is_empty() {
            return self.view(who, in_force, now);
        }
        let overlay = self.overlay(bound);
        overlay.views.of(who, in_force, &overlay.catalogue, now)
    }

    /// Takes in what a connection lists now. Answers which lists of those who have it are different.
    pub(crate) fn connection_changed(&self, id: &str) -> Vec<List> {
        let upstreams = self.upstreams.lock();
        let mut changed = Vec::new();
        for (ids, before) in self.overlays.take(id) {
            let now = self.overlay_of(&upstreams, &before.connections, &before.catalogue);
            changed.extend(now.catalogue.changed_since(&before.catalogue));
            self.overlays.put(&ids, &now);
        }
        let all = List::ALL.into_iter();
        all.filter(|list| changed.contains(list)).collect()
    }

    /// Forgets what a connection listed.
    pub(crate) fn connection_gone(&self, id: &str) {
        self.overlays.take(id);
    }

    /// Forgets what all connections listed.
    pub(crate) fn forget_overlays(&self) {
        self.overlays.clear();
    }

    fn overlay(&self, bound: &Bound) -> Arc<Overlay> {
        if let Some(known) = self.overlays.get(bound) {
            return known;
        }
        let upstreams = self.upstreams.lock();
        let before = self.catalogue.load_full();
        let overlay = self.overlay_of(&upstreams, bound.connections(), &before);
        self.overlays.put(bound.ids(), &overlay);
        overlay
    }

    fn overlay_of(
        &self,
        shared: &Shared,
        connections: &[Arc<Connection>],
        before: &Catalogue,
    ) -> Arc<Overlay> {
        let own = connections
            .iter()
            .map(|one| shared.shown(&(Arc::clone(one) as Arc<dyn Upstream>), one.usual()));
        let upstreams: Vec<_> = shared.all().iter().cloned().chain(own).collect();
        let definitions = self.definitions();
        let sources = self.sources(&definitions, &upstreams, shared.reaches());
        Arc::new(Overlay {
            catalogue: Arc::new(build(&sources, Some(before))),
            views: Views::default(),
            connections: connections.to_vec(),
        })
    }

    pub(crate) fn upstreams(&self) -> Vec<Arc<dyn Upstream>> {
        self.upstreams.lock().all().to_vec()
    }

    /// True where a connection of this id is one of the organization's.
    pub(crate) fn has(&self, connection: &str) -> bool {
        self.upstreams
            .lock()
            .all()
            .iter()
            .any(|upstream| upstream.id() == connection)
    }

    /// The key of the server that a connection of this id is to.
    pub(crate) fn key_of(&self, connection: &str) -> Option<String> {
        let upstreams = self.upstreams.lock();
        let found = upstreams.all().iter().find(|one| one.id() == connection)?;
        Some(found.key().to_owned())
    }

    /// Replaces the upstreams that are no connectors.
    pub(crate) fn set_upstreams(&self, all: Vec<Arc<dyn Upstream>>) {
        let mut upstreams = self.upstreams.lock();
        upstreams.configure(all);
        self.rebuild(&self.definitions(), &upstreams);
    }

    /// Replaces the connectors. Answers whether what they list is still to be taken in: where some were
    /// added and nothing else changed. Whatever is taken away is taken away now.
    pub(crate) fn set_connectors(&self, all: Vec<Shown>, tokens: HashMap<String, Reach>) -> bool {
        let mut upstreams = self.upstreams.lock();
        let added = upstreams.connect(all, tokens);
        if !added {
            self.rebuild(&self.definitions(), &upstreams);
        }
        added
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
        self.gathering.store(false, Ordering::Release);
        let upstreams = self.upstreams.lock();
        self.rebuild(&self.definitions(), &upstreams);
    }

    /// When to take in what the upstreams list: at once where there is little of it, else so much later that
    /// many changes of one moment are taken in together. `None` where it is to be done anyway.
    pub(crate) fn refresh_in(&self) -> Option<Duration> {
        let catalogue = self.catalogue.load();
        let items: usize = List::ALL.iter().map(|list| catalogue.count(*list)).sum();
        if items < MANY {
            return Some(Duration::ZERO);
        }
        let last = Duration::from_micros(self.rebuilding.load(Ordering::Relaxed));
        let gathered = self.gathering.swap(true, Ordering::AcqRel);
        (!gathered).then(|| (last * PAUSE).clamp(GATHER.0, GATHER.1))
    }

    /// Whose it is.
    pub(crate) fn organization(&self) -> &OrgId {
        &self.organization
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

    fn rebuild(&self, definitions: &Arc<Definitions>, upstreams: &Shared) {
        let began = Instant::now();
        let before = self.catalogue.load_full();
        let sources = self.sources(definitions, upstreams.all(), upstreams.reaches());
        let now = Arc::new(build(&sources, Some(&before)));
        let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.rebuilding.store(took, Ordering::Relaxed);
        self.catalogue.store(Arc::clone(&now));
        self.overlays.clear();
        for list in now.changed_since(&before) {
            self.tell(Notice::ListChanged(list));
        }
    }

    fn sources<'a>(
        &'a self,
        definitions: &'a Arc<Definitions>,
        upstreams: &'a [Arc<dyn Upstream>],
        reaches: &'a HashMap<String, Reach>,
    ) -> Sources<'a> {
        Sources {
            definitions,
            upstreams,
            reaches,
            metrics: &self.metrics,
            facts: &self.facts,
            ttl: self.settings.list_ttl,
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
