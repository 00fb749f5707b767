//! What a delivery says by what its publication is set to now, once the third party said what only it knows.

use keyway_core::provider::{
    Gathering, IntegrationProvider, ProviderContext, SessionDispatch, Vouched, WebhookEvent,
};
use keyway_core::{DeliveryId, Error, Kind};
use keyway_store::{ClaimedJob, Delivery, StoredPublication};

use super::accept::Told;
use super::judge::{NO_CONVERSATION, judge};
use super::message::{Part, messages};
use super::parcel::Parcel;
use super::reply::patiently;
use super::scheduled::{Run, SCHEDULED};
use crate::App;
use crate::installations::is_token_refused;

/// The most deliveries that are said in one turn, and about how many bytes of what they say.
const MOST: u32 = 50;
const LONGEST: usize = 128 << 10;

/// What came of looking at a delivery.
pub(super) enum Heard {
    /// The agent is to be told.
    Words(Box<Words>),
    /// Who caused it may not, by this rule.
    Refused(&'static str),
}

/// What the agent is to be told.
pub(super) struct Words {
    /// The delivery, where it belongs.
    pub(super) delivery: Delivery,
    said: Result<Saying, Error>,
}

enum Saying {
    /// An administrator's words.
    Clock(String),
    /// A third party's, with what waited for the same turn where it gathers.
    Event {
        dispatch: Box<SessionDispatch>,
        gathers: bool,
    },
}

/// A publication's provider, and what it was told.
struct Behind<'a> {
    publication: &'a StoredPublication,
    provider: &'a dyn IntegrationProvider,
    told: &'a Told,
}

impl Words {
    /// Whether it may have been said with another delivery.
    pub(super) fn gathers(&self) -> bool {
        matches!(&self.said, Ok(Saying::Event { gathers, .. }) if *gathers)
    }
}

impl App {
    /// Looks at a delivery before it is said.
    ///
    /// # Errors
    ///
    /// That the third party could not be asked what only it knows: nobody is told, and nothing is said.
    pub(super) async fn hear(
        &self,
        claimed: &ClaimedJob,
        delivery: Delivery,
        publication: &StoredPublication,
    ) -> Result<Heard, Error> {
        let unsaid = |delivery, error| {
            let said = Err(error);
            Ok(Heard::Words(Box::new(Words { delivery, said })))
        };
        if delivery.rule == SCHEDULED {
            let parcel = self.parcel(publication, &delivery.id).await;
            let run = parcel.and_then(|parcel| Run::read(&parcel));
            let said = run.map(|run| Saying::Clock(run.words(&delivery.id, &publication.name)));
            return Ok(Heard::Words(Box::new(Words { delivery, said })));
        }
        let (provider, told) = match self.behind(publication).await {
            Ok(behind) => behind,
            Err(error) => return unsaid(delivery, error),
        };
        let behind = Behind {
            publication,
            provider,
            told: &told,
        };
        let event = match self.event_of(&behind, &delivery.id).await {
            Ok(event) => event,
            Err(error) => return unsaid(delivery, error),
        };
        if let Some(rule) = self.refused_there(&behind, &event).await? {
            return Ok(Heard::Refused(rule));
        }
        let (event, delivery) = self.located(claimed, &behind, event, delivery).await?;
        let dispatch = provider.dispatch(&event, publication.granularity);
        let gathering = provider.gathering(&told.context(self), &event);
        let said = dispatch.ok_or_else(|| no_longer(NO_CONVERSATION));
        let said = said.map(|dispatch| Saying::Event {
            dispatch: Box::new(dispatch),
            gathers: matches!(gathering, Gathering::Waits(_)),
        });
        Ok(Heard::Words(Box::new(Words { delivery, said })))
    }

    /// What is said to the agent.
    pub(super) async fn words(
        &self,
        words: Words,
        publication: &StoredPublication,
    ) -> Result<String, Error> {
        let (dispatch, gathers) = match words.said? {
            Saying::Clock(text) => return Ok(text),
            Saying::Event { dispatch, gathers } => (dispatch, gathers),
        };
        let (provider, told) = self.behind(publication).await?;
        let behind = Behind {
            publication,
            provider,
            told: &told,
        };
        let mut parts = vec![Part {
            delivery: words.delivery.id.clone(),
            dispatch: *dispatch,
        }];
        if gathers {
            self.gather(&behind, &words.delivery, &mut parts).await?;
        }
        let source = format!(
            "{} to the publication \"{}\"",
            provider.display_name(),
            publication.name
        );
        Ok(messages(&source, &parts))
    }

    /// Adds what came after a delivery in its conversation and waits to be said with it, up to what does not.
    async fn gather(
        &self,
        behind: &Behind<'_>,
        delivery: &Delivery,
        parts: &mut Vec<Part>,
    ) -> Result<(), Error> {
        let publication = behind.publication;
        let store = &self.inner.store;
        let waiting = store.deliveries_behind(publication, delivery, MOST);
        let context = behind.told.context(self);
        let mut bytes = 0;
        for other in waiting.await? {
            // It is looked at anew, and alone, where it cannot be said now.
            let Ok(event) = self.event_of(behind, &other.id).await else {
                return Ok(());
            };
            if !matches!(
                behind.provider.gathering(&context, &event),
                Gathering::Waits(_)
            ) {
                return Ok(());
            }
            match self.refused_there(behind, &event).await {
                Ok(None) => {}
                Ok(Some(_)) => continue,
                Err(_) => return Ok(()),
            }
            let dispatch = behind.provider.dispatch(&event, publication.granularity);
            let Some(dispatch) = dispatch else {
                return Ok(());
            };
            bytes += dispatch.message.len();
            if bytes > LONGEST {
                return Ok(());
            }
            parts.push(Part {
                delivery: other.id,
                dispatch,
            });
        }
        Ok(())
    }

    /// What a delivery's event is by what the publication is set to now.
    async fn event_of(&self, behind: &Behind<'_>, id: &DeliveryId) -> Result<WebhookEvent, Error> {
        let parcel = self.parcel(behind.publication, id).await?;
        let context = behind.told.context(self);
        let request = parcel.request();
        let judged = judge(behind.provider, behind.publication, &request, &context);
        judged.event.ok_or_else(|| no_longer(&judged.rule))
    }

    async fn parcel(
        &self,
        publication: &StoredPublication,
        id: &DeliveryId,
    ) -> Result<Parcel, Error> {
        let organization = &publication.organization;
        let sealed = self.inner.store.received(organization, id).await?;
        let sealed = sealed.ok_or_else(super::manage::not_found)?;
        Parcel::open(&self.inner.vault, organization, id, &sealed)
    }

    /// By which rule who caused an event may not wake the agent, where only the third party knows. What it said
    /// a moment ago counts.
    async fn refused_there(
        &self,
        behind: &Behind<'_>,
        event: &WebhookEvent,
    ) -> Result<Option<&'static str>, Error> {
        let context: ProviderContext<'_> = behind.told.context(self);
        let Some(who) = behind.provider.vouching(&context, event) else {
            return Ok(None);
        };
        let now = self.inner.clock.now();
        let kept = &self.inner.vouched;
        let key = super::vouched::Key::of(behind.publication, who);
        if let Some(vouched) = kept.get(&key, now) {
            return Ok(rule_of(vouched));
        }
        let asking = async {
            let acting = || self.acting(behind.publication, Some(event.place.clone()), None);
            let context = acting().await?;
            match behind.provider.vouch(&context, event).await {
                Err(error) if is_token_refused(&error) => {
                    self.token_refused(behind.publication, &context.token)
                        .await?;
                    behind.provider.vouch(&acting().await?, event).await
                }
                vouched => vouched,
            }
        };
        let vouched = patiently(asking).await?;
        kept.put(key, vouched, now);
        Ok(rule_of(vouched))
    }

    /// An event and its delivery where they belong, where the webhook does not say that.
    async fn located(
        &self,
        claimed: &ClaimedJob,
        behind: &Behind<'_>,
        event: WebhookEvent,
        mut delivery: Delivery,
    ) -> Result<(WebhookEvent, Delivery), Error> {
        if !behind.provider.is_lost(&event) {
            return Ok((event, delivery));
        }
        let publication = behind.publication;
        let asking = async {
            let context = self.acting(publication, Some(event.place.clone()), None);
            behind.provider.locate(&context.await?, &event).await
        };
        let event = patiently(asking).await?;
        let dispatch = behind.provider.dispatch(&event, publication.granularity);
        delivery.conversation = dispatch.and_then(|to| to.conversation);
        delivery.place = Some(event.place.to_string());
        let moved = self.inner.store.delivery_moved(&claimed.lease, &delivery);
        if !moved.await? {
            return Err(super::dispatch::lost());
        }
        Ok((event, delivery))
    }
}

/// The rule by which somebody may not.
fn rule_of(vouched: Vouched) -> Option<&'static str> {
    match vouched {
        Vouched::Yes => None,
        Vouched::No(rule) => Some(rule),
    }
}

fn no_longer(rule: &str) -> Error {
    let message = "by what the publication is set to now, the delivery wakes nobody";
    Error::new(Kind::Conflict, rule.to_owned(), message)
}
