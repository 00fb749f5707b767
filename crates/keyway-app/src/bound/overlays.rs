use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::bind::Bound;
use super::connection::Connection;
use crate::catalogue::Catalogue;
use crate::policy::Views;

/// The most catalogues one organization keeps beside its own. Each holds a copy of what it lists.
const MOST: usize = 256;

/// A catalogue with what some connections list, and what classes of principals see of it.
pub(crate) struct Overlay {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) views: Views,
    pub(crate) connections: Vec<Arc<Connection>>,
}

/// The catalogues of those who reach servers with credentials, by the connections that are theirs.
#[derive(Default)]
pub(crate) struct Overlays(Mutex<HashMap<Ids, Arc<Overlay>>>);

/// The names of connections, in the order of their servers.
pub(crate) type Ids = Arc<[Arc<str>]>;

impl Overlays {
    /// The catalogue of these very connections: one of former ones of their names is none.
    pub(crate) fn get(&self, bound: &Bound) -> Option<Arc<Overlay>> {
        let known = self.0.lock().get(bound.ids()).cloned()?;
        let own = bound.connections().iter();
        let mut both = known.connections.iter().zip(own);
        let same = both.all(|(one, other)| Arc::ptr_eq(one, other));
        same.then_some(known)
    }

    pub(crate) fn put(&self, ids: &Ids, overlay: &Arc<Overlay>) {
        let mut all = self.0.lock();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(Arc::clone(ids), Arc::clone(overlay));
    }

    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }

    pub(crate) fn all(&self) -> Vec<Arc<Overlay>> {
        self.0.lock().values().cloned().collect()
    }

    /// Takes those out that a connection is part of.
    pub(crate) fn take(&self, id: &str) -> Vec<(Ids, Arc<Overlay>)> {
        let has = |ids: &Ids, _: &mut Arc<Overlay>| ids.iter().any(|own| &**own == id);
        self.0.lock().extract_if(has).collect()
    }
}
