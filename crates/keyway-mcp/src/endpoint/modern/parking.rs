use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::side::Side;

/// Calls that wait, or have waited, for answers of their clients, by the place their request
/// states name. A call leaves it at its end.
#[derive(Default)]
pub(in super::super) struct Parking(Mutex<HashMap<u128, Arc<Side>>>);

impl Parking {
    /// Gives a call a place, unless it has it already, all are taken, or its principal has a
    /// quarter of them: nobody can keep the others from asking.
    pub(super) fn enter(&self, place: u128, side: Arc<Side>, places: usize) -> bool {
        let mut table = self.0.lock();
        if table.contains_key(&place) {
            return true;
        }
        let share = places.div_ceil(4);
        if table.len() >= places
            || table.values().filter(|other| other.who == side.who).count() >= share
        {
            return false;
        }
        table.insert(place, side);
        true
    }

    pub(super) fn find(&self, place: u128) -> Option<Arc<Side>> {
        self.0.lock().get(&place).cloned()
    }

    pub(super) fn leave(&self, place: u128) {
        let mut table = self.0.lock();
        // Dropped only once the lock is given back.
        let _left = table.remove(&place);
        if table.is_empty() {
            table.shrink_to_fit();
        }
        drop(table);
    }

    pub(in super::super) fn len(&self) -> usize {
        self.0.lock().len()
    }
}
