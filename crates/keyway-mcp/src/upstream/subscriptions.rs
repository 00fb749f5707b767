use std::collections::BTreeMap;

use parking_lot::Mutex;
use tokio::sync::watch;

/// Which resources of a server are subscribed to, and by how many.
#[derive(Debug)]
pub(super) struct Subscriptions {
    counts: Mutex<BTreeMap<String, usize>>,
    /// Grows whenever the set of resources changes.
    wanted: watch::Sender<u64>,
    /// The last of these the server has confirmed.
    confirmed: watch::Sender<u64>,
}

impl Default for Subscriptions {
    fn default() -> Self {
        Self {
            counts: Mutex::default(),
            wanted: watch::Sender::new(0),
            confirmed: watch::Sender::new(0),
        }
    }
}

impl Subscriptions {
    /// Counts one more. True when it is the first.
    pub(super) fn add(&self, uri: &str) -> bool {
        let first = {
            let mut counts = self.counts.lock();
            let count = counts.entry(uri.to_owned()).or_default();
            *count += 1;
            *count == 1
        };
        if first {
            self.wanted.send_modify(|wanted| *wanted += 1);
        }
        first
    }

    /// Counts one less. True when it was the last.
    pub(super) fn remove(&self, uri: &str) -> bool {
        let last = {
            let mut counts = self.counts.lock();
            match counts.get_mut(uri) {
                Some(count) if *count > 1 => {
                    *count -= 1;
                    false
                }
                Some(_) => counts.remove(uri).is_some(),
                None => false,
            }
        };
        if last {
            self.wanted.send_modify(|wanted| *wanted += 1);
        }
        last
    }

    /// The resources.
    pub(super) fn uris(&self) -> Vec<String> {
        self.counts.lock().keys().cloned().collect()
    }

    /// True when anyone wants to hear of changes to resources.
    pub(super) fn any(&self) -> bool {
        !self.counts.lock().is_empty()
    }

    /// How often the set has changed.
    pub(super) fn generation(&self) -> u64 {
        *self.wanted.borrow()
    }

    /// Waits until the set is another one than at `generation`.
    pub(super) async fn changed_since(&self, generation: u64) {
        let mut wanted = self.wanted.subscribe();
        if wanted.wait_for(|now| *now != generation).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The server confirmed the set as it was at `generation`.
    pub(super) fn confirm(&self, generation: u64) {
        self.confirmed
            .send_modify(|confirmed| *confirmed = generation.max(*confirmed));
    }

    /// Waits until the server confirmed the set as it was at `generation`.
    pub(super) async fn confirmed(&self, generation: u64) {
        let mut confirmed = self.confirmed.subscribe();
        if confirmed.wait_for(|now| *now >= generation).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_and_the_last_matter() {
        let subscriptions = Subscriptions::default();
        assert!(subscriptions.add("a:1") && !subscriptions.add("a:1"));
        assert_eq!(subscriptions.generation(), 1);
        assert!(!subscriptions.remove("a:1") && subscriptions.any());
        assert!(subscriptions.remove("a:1") && !subscriptions.any());
        assert!(!subscriptions.remove("a:1"));
        assert_eq!(subscriptions.generation(), 2);
    }
}
