use std::sync::Arc;
use std::time::Duration;

use keyway_core::Principal;
use keyway_core::channel::Message;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::pump;
use crate::{App, access};

/// How many messages are read at once while one catches up.
const PAGE: u32 = 100;

/// How often is asked whether they still may.
const AGAIN: Duration = Duration::from_secs(5);

/// Someone listening to a channel. Dropped, it has ended.
pub struct Subscription {
    parts: Parts,
    /// What was read in one go and not handed on yet.
    read: std::collections::VecDeque<Message>,
    ended: bool,
    asked: tokio::time::Instant,
}

pub(super) struct Parts {
    pub(super) app: App,
    pub(super) who: Principal,
    pub(super) channel: String,
    pub(super) topic: String,
    pub(super) live: broadcast::Receiver<Arc<Message>>,
    /// The number of the last message that was handed on, or behind which to begin.
    pub(super) last: i64,
    /// Messages behind the place to go on from are no longer kept.
    pub(super) missed: bool,
    /// There may be messages to catch up with.
    pub(super) behind: bool,
    pub(super) revoked: CancellationToken,
}

/// What a subscriber hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A message.
    Message(Message),
    /// Messages between where they left off and what follows are no longer kept.
    Missed,
    /// Nothing more comes.
    Lost(Lost),
}

/// Why a subscription ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// The subscriber took messages more slowly than they came.
    Slow,
    /// They may no longer listen.
    NotAllowed,
    /// The gateway ends.
    Ending,
    /// The messages cannot be read.
    Failed,
}

impl Lost {
    /// A stable code, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Slow => "slow_subscriber",
            Self::NotAllowed => "no_longer_allowed",
            Self::Ending => "gateway_ending",
            Self::Failed => "messages_unavailable",
        }
    }

    /// The same in words, and what to do.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Slow => {
                "messages came faster than they were taken; subscribe again from the last one"
            }
            Self::NotAllowed => "you may no longer listen to this channel",
            Self::Ending => "the gateway ends; subscribe again from the last one",
            Self::Failed => "the messages cannot be read now; subscribe again later",
        }
    }
}

impl Subscription {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            parts,
            read: std::collections::VecDeque::new(),
            ended: false,
            asked: tokio::time::Instant::now(),
        }
    }

    /// The channel.
    pub fn channel(&self) -> &str {
        &self.parts.channel
    }

    /// What comes next. Nothing once [`Heard::Lost`] was heard. May be dropped while it waits.
    pub async fn next(&mut self) -> Option<Heard> {
        if self.ended {
            return None;
        }
        if std::mem::take(&mut self.parts.missed) {
            return Some(Heard::Missed);
        }
        let heard = self.hear().await;
        self.ended = matches!(heard, Heard::Lost(_));
        Some(heard)
    }

    async fn hear(&mut self) -> Heard {
        loop {
            if self.parts.revoked.is_cancelled() {
                return Heard::Lost(Lost::NotAllowed);
            }
            if self.asked.elapsed() >= AGAIN {
                if !self.still_may().await {
                    return Heard::Lost(Lost::NotAllowed);
                }
                self.asked = tokio::time::Instant::now();
            }
            if let Some(message) = self.read.pop_front() {
                self.parts.last = message.id;
                return Heard::Message(message);
            }
            if self.parts.behind {
                if !self.catch_up().await {
                    return Heard::Lost(Lost::Failed);
                }
                continue;
            }
            let parts = &mut self.parts;
            let received = tokio::select! {
                () = parts.revoked.cancelled() => continue,
                () = tokio::time::sleep_until(self.asked + AGAIN) => continue,
                received = parts.live.recv() => received,
            };
            match received {
                Ok(message) if message.id > parts.last => {
                    parts.last = message.id;
                    return Heard::Message(Message::clone(&message));
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return Heard::Lost(Lost::Slow),
                Err(RecvError::Closed) => return Heard::Lost(Lost::Ending),
            }
        }
    }

    /// Reads a page behind the last message. While one catches up nothing is late: what is handed
    /// out meanwhile is read as well.
    async fn catch_up(&mut self) -> bool {
        let parts = &mut self.parts;
        parts.live = parts.app.inner.channels.subscribe(&parts.channel);
        let store = &parts.app.inner.store;
        let organization = parts.who.organization();
        let topic = Some(parts.topic.as_str());
        match store
            .outbox_after(organization, topic, parts.last, PAGE)
            .await
        {
            Ok(rows) => {
                parts.behind = !rows.is_empty();
                self.read.extend(rows.into_iter().filter_map(pump::message));
                true
            }
            Err(error) => {
                tracing::warn!(%error, "messages cannot be read");
                false
            }
        }
    }

    async fn still_may(&self) -> bool {
        let Parts {
            app, who, channel, ..
        } = &self.parts;
        let who = app.now(who);
        let role = match who.actor() {
            None => Ok(Some(who.role())),
            Some(_) => access::role(&app.inner.store, &who).await,
        };
        match role {
            Ok(Some(role)) => app.hears(&who.with_role(role), channel),
            Ok(None) => false,
            // The database is away: that takes nobody's rights.
            Err(_) => true,
        }
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription")
            .field("channel", &self.parts.channel)
            .finish_non_exhaustive()
    }
}
