use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::channel::{self, Channels, MAX_MESSAGE, Message};
use keyway_core::ports::{BoxFuture, Clock, Publisher};
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind, OrgId};
use keyway_store::Store;
use parking_lot::Mutex;
use tokio::sync::{Notify, broadcast};

use super::{BEHIND, TOPIC};

type Live = broadcast::Sender<Arc<Message>>;

/// Where messages come in, and where those who listen in this process are reached.
pub(crate) struct Hub {
    pub(super) channels: Channels,
    pub(super) store: Store,
    clock: Arc<dyn Clock>,
    /// The organization whose gateway declares the channels.
    home: OrgId,
    /// A message was written here.
    pub(super) wake: Notify,
    live: Mutex<HashMap<String, Live>>,
}

impl Hub {
    pub(crate) fn new(
        channels: Channels,
        store: Store,
        clock: Arc<dyn Clock>,
        home: OrgId,
    ) -> Self {
        Self {
            channels,
            store,
            clock,
            home,
            wake: Notify::new(),
            live: Mutex::default(),
        }
    }

    pub(super) fn home(&self) -> &OrgId {
        &self.home
    }

    /// The channels of an organization.
    pub(crate) fn of(&self, organization: &OrgId) -> Option<&Channels> {
        (*organization == self.home).then_some(&self.channels)
    }

    /// Everything that is handed out of a channel from now on.
    pub(super) fn subscribe(&self, channel: &str) -> broadcast::Receiver<Arc<Message>> {
        let mut live = self.live.lock();
        live.retain(|_, sender| sender.receiver_count() > 0);
        live.entry(channel.to_owned())
            .or_insert_with(|| broadcast::Sender::new(BEHIND))
            .subscribe()
    }

    /// Hands a message to those who listen. Never waits for them.
    pub(super) fn hand_out(&self, message: &Arc<Message>) {
        if let Some(live) = self.live.lock().get(&message.channel) {
            // Without anybody who listens there is nobody to tell.
            let _ = live.send(Arc::clone(message));
        }
    }

    /// Ends every subscription of this process.
    pub(super) fn close(&self) {
        self.live.lock().clear();
    }
}

impl Publisher for Hub {
    fn publish<'a>(
        &'a self,
        organization: &'a OrgId,
        channel: &'a str,
        message: RawJson,
    ) -> BoxFuture<'a, Result<i64, Error>> {
        Box::pin(async move {
            let there = self.of(organization);
            if there.and_then(|all| all.get(channel)).is_none() {
                let names: Vec<_> = there.into_iter().flat_map(Channels::names).collect();
                return Err(channel::unknown(&names));
            }
            if message.as_str().len() > MAX_MESSAGE {
                return Err(Error::new(
                    Kind::TooLarge,
                    "message_too_large",
                    "a message to a channel has at most 64 KiB",
                )
                .with_hint("publish where the rest can be read"));
            }
            let topic = format!("{TOPIC}{channel}");
            let (text, now) = (message.as_str(), self.clock.now());
            let id = self.store.append_outbox(organization, &topic, text, now);
            let id = id.await?;
            self.wake.notify_one();
            Ok(id)
        })
    }
}
