use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use keyway_core::ports::Upstream;
use keyway_core::rpc::RpcError;
use keyway_core::{Actor, OrgId, Principal, UserId};
use parking_lot::Mutex;

use crate::App;
use crate::call::no_resource;
use crate::catalogue::ResourceTarget;
use crate::credentials::CredentialChoice;

/// Who listens to which resource of which upstream: the upstream is asked once, however many
/// clients listen.
#[derive(Default)]
pub(crate) struct Subscriptions {
    slots: Mutex<HashMap<Place, Arc<Slot>>>,
    /// What each listener's URI meant when it began to listen, so that it can end whatever has
    /// become of the catalogue since.
    began: Mutex<HashMap<(Listener, String), Vec<Source>>>,
}

/// Whose listening it is: what one person reaches another need not.
type Listener = (OrgId, Option<UserId>);

/// What tells an upstream's connection from others, and its own URI.
type Place = (String, String);

/// A resource of an upstream.
#[derive(Clone)]
struct Source {
    upstream: Arc<dyn Upstream>,
    own: String,
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

/// A slot in use. When it goes, and nobody listens or waits, the slot goes with it.
struct Turn<'a> {
    slots: &'a Mutex<HashMap<Place, Arc<Slot>>>,
    place: Place,
    slot: Arc<Slot>,
}

impl<'a> Turn<'a> {
    fn at(slots: &'a Mutex<HashMap<Place, Arc<Slot>>>, source: &Source) -> Self {
        let place = (source.upstream.id().to_owned(), source.own.clone());
        let slot = Arc::clone(slots.lock().entry(place.clone()).or_default());
        Self { slots, place, slot }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut slots = self.slots.lock();
        // Two: the one in the table and this one.
        if Arc::strong_count(&self.slot) == 2 && self.slot.listeners.lock().is_empty() {
            slots.remove(&self.place);
        }
    }
}

impl Subscriptions {
    /// The URIs under which clients listen to a resource, or its own where nobody does.
    pub(crate) fn exposed(&self, server: &str, own: &str) -> Vec<String> {
        let place = (server.to_owned(), own.to_owned());
        let slot = self.slots.lock().get(&place).cloned();
        let uris: Vec<_> = slot
            .map(|slot| slot.listeners.lock().keys().cloned().collect())
            .unwrap_or_default();
        if uris.is_empty() {
            vec![own.to_owned()]
        } else {
            uris
        }
    }

    async fn add(&self, who: &Listener, source: Source, exposed: &str) -> Result<(), RpcError> {
        let turn = Turn::at(&self.slots, &source);
        let mut asked = turn.slot.asked.lock().await;
        if !*asked {
            source.upstream.subscribe(&source.own).await?;
            *asked = true;
        }
        let mut listeners = turn.slot.listeners.lock();
        *listeners.entry(exposed.to_owned()).or_default() += 1;
        let key = (who.clone(), exposed.to_owned());
        self.began.lock().entry(key).or_default().push(source);
        Ok(())
    }

    /// What one listener of a URI listens to; it no longer does.
    fn take(&self, who: &Listener, exposed: &str) -> Option<Source> {
        let mut began = self.began.lock();
        let key = (who.clone(), exposed.to_owned());
        let sources = began.get_mut(&key)?;
        let source = sources.pop();
        if sources.is_empty() {
            began.remove(&key);
        }
        source
    }

    async fn remove(&self, source: &Source, exposed: &str) {
        let turn = Turn::at(&self.slots, source);
        let mut asked = turn.slot.asked.lock().await;
        {
            let mut listeners = turn.slot.listeners.lock();
            if let Some(count) = listeners.get_mut(exposed) {
                *count -= 1;
                if *count == 0 {
                    listeners.remove(exposed);
                }
            }
            if !listeners.is_empty() {
                return;
            }
        }
        if std::mem::take(&mut *asked)
            && let Err(error) = source.upstream.unsubscribe(&source.own).await
        {
            tracing::debug!(server = source.upstream.key(), %error, "a subscription did not end");
        }
    }

    /// How many resources of upstreams are listened to.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.slots.lock().len() + self.began.lock().len()
    }
}

impl App {
    /// Wants notices about one resource. Counted: each needs its [`App::unsubscribe`].
    pub async fn subscribe(&self, who: &Principal, uri: &str) -> Result<(), RpcError> {
        if self.channel_at(who, uri).is_some() {
            return Ok(());
        }
        let bound = self.bind(who, &CredentialChoice::default()).await;
        let found = self.tenant(who);
        let found = found.find(&bound, |now| now.resource(uri));
        let (target, definitions) = found.ok_or_else(|| no_resource(uri))?;
        let thing = self.resource_thing(who, &definitions, uri, &target);
        let seen = thing.is_some_and(|thing| self.view(who).sees(&thing));
        match Some(target).filter(|_| seen) {
            Some(ResourceTarget::Upstream { upstream, own }) => {
                let source = Source { upstream, own };
                let subscriptions = &self.inner.subscriptions;
                subscriptions.add(&listener(who), source, uri).await
            }
            Some(ResourceTarget::Action(_)) => Ok(()),
            None => Err(no_resource(uri)),
        }
    }

    /// Ends one [`App::subscribe`].
    pub async fn unsubscribe(&self, who: &Principal, uri: &str) {
        let subscriptions = &self.inner.subscriptions;
        let Some(source) = subscriptions.take(&listener(who), uri) else {
            return;
        };
        let (app, uri) = (self.clone(), uri.to_owned());
        // On its own, so that it happens even if the one who asked goes away meanwhile.
        let ending = self.inner.tasks.spawn(async move {
            app.inner.subscriptions.remove(&source, &uri).await;
        });
        let _ = ending.await;
    }
}

fn listener(who: &Principal) -> Listener {
    let person = match who.actor() {
        Some(Actor::User(user)) => Some(user),
        _ => None,
    };
    (who.organization().clone(), person)
}

#[cfg(test)]
mod tests {
    use keyway_core::ports::{BoxFuture, Lists, Relay, UpstreamState, UpstreamStatus};
    use keyway_core::rpc::RawJson;

    use super::*;

    /// Takes subscriptions to `good:`, refuses the rest.
    struct Picky;

    impl Upstream for Picky {
        fn key(&self) -> &'static str {
            "picky"
        }

        fn status(&self) -> UpstreamStatus {
            UpstreamStatus {
                name: "picky".into(),
                transport: "stdio",
                auth: "none",
                state: UpstreamState::Connected,
                reason: None,
                since: jiff::Timestamp::UNIX_EPOCH,
                next_retry: None,
                protocol: None,
                tools: 0,
                listed_at: None,
                warnings: Vec::new(),
            }
        }

        fn lists(&self) -> Arc<Lists> {
            Arc::default()
        }

        fn relay<'a>(&'a self, _: Relay<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>> {
            Box::pin(std::future::pending())
        }

        fn subscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
            Box::pin(async move {
                match uri {
                    "good:" => Ok(()),
                    "slow:" => std::future::pending().await,
                    _ => Err(RpcError::new(RpcError::INVALID_PARAMS, "no")),
                }
            })
        }

        fn unsubscribe<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
            Box::pin(std::future::ready(Ok(())))
        }
    }

    fn source(own: &str) -> Source {
        Source {
            upstream: Arc::new(Picky),
            own: own.into(),
        }
    }

    #[tokio::test]
    async fn nothing_is_left_of_what_was_refused_abandoned_or_ended() {
        let subscriptions = Subscriptions::default();
        let organization = "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let who = (organization, None);
        for _ in 0..3 {
            let refused = subscriptions.add(&who, source("bad:"), "bad:").await;
            refused.unwrap_err();
            let mut abandoned = Box::pin(subscriptions.add(&who, source("slow:"), "slow:"));
            assert!(futures_util::poll!(&mut abandoned).is_pending());
            assert_eq!(subscriptions.len(), 1);
            drop(abandoned);
            assert_eq!(subscriptions.len(), 0);
        }
        for _ in 0..2 {
            let added = subscriptions.add(&who, source("good:"), "x:").await;
            added.unwrap();
        }
        assert_eq!(subscriptions.exposed("picky", "good:"), ["x:"]);
        while let Some(source) = subscriptions.take(&who, "x:") {
            assert_ne!(subscriptions.len(), 0);
            subscriptions.remove(&source, "x:").await;
        }
        assert_eq!(subscriptions.len(), 0);
    }
}
