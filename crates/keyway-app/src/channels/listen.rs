use keyway_core::channel::{Channel, Message};
use keyway_core::rpc::RawJson;
use keyway_core::scopes::Scope;
use keyway_core::{Error, Kind, Principal, Scopes};
use serde_json::json;

use super::subscription::{Parts, Subscription};
use super::{ChannelView, TOPIC, pump};
use crate::App;

/// How many messages are shown of a channel that is read as a resource.
const SHOWN: u32 = 50;

impl App {
    /// The channels that `who` may subscribe to.
    pub fn channels(&self, who: &Principal) -> Vec<ChannelView> {
        let of = self.inner.channels.of(who.organization());
        let all = of.into_iter().flatten();
        all.filter(|channel| may_listen(channel, who))
            .map(ChannelView::from)
            .collect()
    }

    /// Whether `who` may hear what is published to a channel.
    pub fn hears(&self, who: &Principal, channel: &str) -> bool {
        let of = self.inner.channels.of(who.organization());
        let found = of.and_then(|channels| channels.get(channel));
        found.is_some_and(|channel| may_listen(channel, who))
    }

    /// The channel at a URI, if `who` may hear it.
    pub(crate) fn channel_at(&self, who: &Principal, uri: &str) -> Option<&Channel> {
        let channel = self.inner.channels.of(who.organization())?.at(uri)?;
        may_listen(channel, who).then_some(channel)
    }

    /// The last messages of a channel, oldest first.
    async fn last_messages(
        &self,
        who: &Principal,
        channel: &Channel,
    ) -> Result<Vec<Message>, Error> {
        let topic = format!("{TOPIC}{}", channel.name());
        let store = &self.inner.store;
        let rows = store.outbox_last(who.organization(), &topic, SHOWN).await?;
        Ok(rows.into_iter().filter_map(pump::message).collect())
    }

    /// A channel read as a resource (MCP `ReadResourceResult`): its last messages as JSON.
    pub(crate) async fn read_channel(
        &self,
        who: &Principal,
        channel: &Channel,
    ) -> Result<RawJson, Error> {
        let messages = self.last_messages(who, channel).await?;
        let written: Vec<_> = messages.iter().map(Message::to_json).collect();
        let text = format!("{{\"messages\":[{}]}}", written.join(","));
        let contents = json!({
            "contents": [{ "uri": channel.uri(), "mimeType": "application/json", "text": text }]
        });
        RawJson::of(&contents).map_err(Error::internal)
    }

    /// Subscribes to a channel: to what is published from now on, or behind the message with the
    /// number `after`. A channel that is not there and one that `who` may not hear look alike.
    pub async fn listen(
        &self,
        who: &Principal,
        channel: &str,
        after: Option<i64>,
    ) -> Result<Subscription, Error> {
        let hub = &self.inner.channels;
        let of = hub.of(who.organization());
        let found = of.and_then(|channels| channels.get(channel));
        let found = found.filter(|channel| channel.allows(who));
        let found = found.ok_or_else(no_channel)?;
        if !in_scope(who) {
            let wider = who.scopes().union(&Scopes::of([Scope::McpResources]));
            return Err(Error::insufficient_scope(wider));
        }
        // Before the place is looked up: nothing is missed between the two.
        let live = hub.subscribe(found.name());
        let forgotten = hub.store.outbox_forgotten(who.organization()).await?;
        let ends = hub.store.outbox_ends().await?;
        let end = ends
            .into_iter()
            .find(|(organization, _)| organization == who.organization())
            .map_or(0, |(_, last)| last);
        Ok(Subscription::new(Parts {
            app: self.clone(),
            who: who.clone(),
            channel: found.name().to_owned(),
            topic: format!("{TOPIC}{channel}"),
            live,
            // A number that was never given out is no place to go on from.
            last: after.map_or(end, |after| after.clamp(0, end)),
            missed: after.is_some_and(|after| after < forgotten),
            behind: after.is_some(),
            revoked: self.revoked(who),
        }))
    }
}

fn may_listen(channel: &Channel, who: &Principal) -> bool {
    in_scope(who) && channel.allows(who)
}

/// A channel is a resource.
fn in_scope(who: &Principal) -> bool {
    let held = who.scopes();
    held.iter().any(|scope| scope.covers(&Scope::McpResources))
}

fn no_channel() -> Error {
    Error::new(
        Kind::NotFound,
        "channel_not_found",
        "there is no channel of this name that you may subscribe to",
    )
}
