use std::fmt::Write as _;

use keyway_core::provider::PublicationContext;
use keyway_core::{Error, Kind};
use serde_json::Value;

use super::api::{Api, Field, Proof};
use super::mrkdwn::Broadcasts;
use super::place::Place;
use super::publication::DM;
use super::settings::{Settings, Triggers};

/// What a publication acts with: its settings, read.
#[derive(Debug)]
pub(super) struct Acting<'a> {
    pub(super) context: &'a PublicationContext,
    pub(super) settings: Settings,
    pub(super) triggers: Triggers,
    pub(super) place: Option<Place>,
}

impl<'a> Acting<'a> {
    /// Reads what the context holds.
    ///
    /// # Errors
    ///
    /// `invalid_input` where settings or triggers cannot be read.
    pub(super) fn new(context: &'a PublicationContext) -> Result<Self, Error> {
        Ok(Self {
            settings: Settings::read(&context.settings)?,
            triggers: Triggers::read(&context.triggers)?,
            place: context.place.as_deref().and_then(Place::read),
            context,
        })
    }

    /// Calls a method as the bot.
    pub(super) async fn call(&self, method: &str, fields: &[Field<'_>]) -> Result<Value, Error> {
        let api = Api {
            http: &self.context.http,
            base: &self.settings.api_url,
            proof: Proof::Token(&self.context.token),
        };
        api.call(method, fields).await
    }

    pub(super) fn broadcasts(&self) -> Broadcasts {
        if self.triggers.broadcasts {
            Broadcasts::Allowed
        } else {
            Broadcasts::Neutral
        }
    }

    /// Whether the agent may read in a channel: where it was asked, and in the publication's channels. What
    /// one person writes to it directly is nobody else's.
    ///
    /// # Errors
    ///
    /// `outside_publication`.
    pub(super) fn may_read(&self, channel: &str) -> Result<(), Error> {
        let within =
            self.is_here(channel) || (!channel.starts_with('D') && self.triggers.reach(channel));
        within.then_some(()).ok_or_else(outside)
    }

    /// Whether the agent may say something in a channel. A direct message needs the scope to open one.
    ///
    /// # Errors
    ///
    /// `outside_publication`.
    pub(super) fn may_write(&self, channel: &str) -> Result<(), Error> {
        let direct = channel.starts_with('D') && self.context.scopes.permits(DM);
        if direct {
            Ok(())
        } else {
            self.may_read(channel)
        }
    }

    fn is_here(&self, channel: &str) -> bool {
        let place = self.place.as_ref();
        place.is_some_and(|place| place.channel == channel)
    }

    /// Where people see a message: an address that needs no question.
    pub(super) fn permalink(
        &self,
        channel: &str,
        ts: &str,
        thread: Option<&str>,
    ) -> Option<String> {
        let home = self.context.workspace.url.as_deref()?.trim_end_matches('/');
        let mut url = format!("{home}/archives/{channel}/p{}", ts.replace('.', ""));
        if let Some(thread) = thread.filter(|thread| *thread != ts) {
            let _ = write!(url, "?thread_ts={thread}&cid={channel}");
        }
        Some(url)
    }
}

/// What a call names is not the publication's.
pub(super) fn outside() -> Error {
    Error::new(
        Kind::Forbidden,
        "outside_publication",
        "this is not among what the publication may reach",
    )
    .with_hint("act where you were asked, or in the channels of the publication")
}
