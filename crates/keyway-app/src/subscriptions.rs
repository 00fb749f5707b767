use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use keyway_core::Principal;
use keyway_core::ports::Upstream;
use keyway_core::rpc::RpcError;
use parking_lot::Mutex;

use crate::App;
use crate::call::no_resource;
use crate::catalogue::ResourceTarget;

/// Who listens to which resource of which upstream: the upstream is asked once, however many
/// clients listen.
#[derive(Default)]
pub(crate) struct Subscriptions {
    of: Mutex<HashMap<(String, String), Arc<Slot>>>,
}

/// One resource of one upstream.
#[derive(Default)]
struct Slot {
    /// How many listen, by the URI they know. Also readable while the upstream is being asked.
    listeners: Mutex<BTreeMap<String, usize>>,
    /// True while the upstream has been asked. Held while it is: one resource's slow upstream
    /// keeps nobody but its own listeners waiting.
    asked: tokio::sync::Mutex<bool>,
}

impl Subscriptions {
    /// The URIs under which clients listen to a resource, or its own where nobody does.
    pub(crate) fn exposed(&self, server: &str, own: &str) -> Vec<String> {
        let key = (server.to_owned(), own.to_owned());
        let slot = self.of.lock().get(&key).cloned();
        let uris: Vec<_> = slot
            .map(|slot| slot.listeners.lock().keys().cloned().collect())
            .unwrap_or_default();
        if uris.is_empty() {
            vec![own.to_owned()]
        } else {
            uris
        }
    }

    async fn add(&self, upstream: &dyn Upstream, own: &str, exposed: &str) -> Result<(), RpcError> {
        let slot = {
            let key = (upstream.key().to_owned(), own.to_owned());
            Arc::clone(self.of.lock().entry(key).or_default())
        };
        let mut asked = slot.asked.lock().await;
        if !*asked {
            upstream.subscribe(own).await?;
            *asked = true;
        }
        *slot.listeners.lock().entry(exposed.to_owned()).or_default() += 1;
        Ok(())
    }

    async fn remove(&self, upstream: &dyn Upstream, own: &str, exposed: &str) {
        let key = (upstream.key().to_owned(), own.to_owned());
        let Some(slot) = self.of.lock().get(&key).cloned() else {
            return;
        };
        let mut asked = slot.asked.lock().await;
        let nobody = {
            let mut listeners = slot.listeners.lock();
            if let Some(count) = listeners.get_mut(exposed) {
                *count -= 1;
                if *count == 0 {
                    listeners.remove(exposed);
                }
            }
            listeners.is_empty()
        };
        if nobody && *asked {
            *asked = false;
            if let Err(error) = upstream.unsubscribe(own).await {
                tracing::debug!(server = upstream.key(), %error, "a subscription did not end");
            }
            let mut all = self.of.lock();
            // Another listener may hold the slot by now, and be waiting for its turn.
            if Arc::strong_count(&slot) == 2 {
                all.remove(&key);
            }
        }
    }
}

impl App {
    /// Wants notices about one resource. Counted: each needs its [`App::unsubscribe`].
    pub async fn subscribe(&self, who: &Principal, uri: &str) -> Result<(), RpcError> {
        match self.resource(who, uri) {
            Some(ResourceTarget::Upstream { upstream, own }) => {
                self.inner.subscriptions.add(&*upstream, &own, uri).await
            }
            Some(ResourceTarget::Action(_)) => Ok(()),
            None => Err(no_resource(uri)),
        }
    }

    /// Ends one [`App::subscribe`].
    pub async fn unsubscribe(&self, who: &Principal, uri: &str) {
        if let Some(ResourceTarget::Upstream { upstream, own }) = self.resource(who, uri) {
            let app = self.clone();
            let uri = uri.to_owned();
            // On its own, so that it happens even if the one who asked goes away meanwhile.
            let done = self.inner.tasks.spawn(async move {
                app.inner.subscriptions.remove(&*upstream, &own, &uri).await;
            });
            let _ = done.await;
        }
    }
}
