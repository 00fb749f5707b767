use http::HeaderMap;
use keyway_core::agent::action_slug;
use keyway_core::provider::sign::Algorithm;
use keyway_core::provider::{
    Gathering, IntegrationProvider, ProviderContext, Refused, WebhookRequest, Workspace,
};
use keyway_core::{DeliveryId, Error, JobId, Kind, PublicationId, Secret};
use keyway_store::{Door, InstallationState, NewDelivery, NewJob, Recorded, StoredPublication};
use serde_json::{Value, json};

use super::judge::{Besides, ELSEWHERE, Judged, judge};
use super::parcel::Parcel;
use super::stop::Stop;
use crate::installations::workspace;
use crate::jobs::{Asker, DELIVERY, later};
use crate::publications::{open, open_before};
use crate::{App, publications};

/// Somebody knocks at the address of a publication.
#[derive(Debug, Clone, Copy)]
pub struct Knock<'a> {
    /// The provider's id, as the address has it.
    pub provider: &'a str,
    /// The publication's id, as the address has it.
    pub publication: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, byte by byte.
    pub body: &'a [u8],
}

/// Settings of an installation and its publication, read.
pub(super) struct Told {
    settings: Value,
    triggers: Value,
    secret: Secret<String>,
    /// The secret before, as long as it is good.
    before: Option<Secret<String>>,
    workspace: Option<Workspace>,
}

impl App {
    /// Takes in a webhook: verified over its bytes, recorded together with what is to be done, and
    /// answered. One that was recorded before is good, too. Answers what the sender wants to hear, where it
    /// only asks whether somebody is there.
    ///
    /// # Errors
    ///
    /// `webhook_refused`, the same for an address that is nobody's and a signature that is none. That it
    /// could not be recorded: the sender tries again.
    pub async fn accept_webhook(&self, knock: Knock<'_>) -> Result<Option<String>, Error> {
        let request = WebhookRequest {
            headers: knock.headers,
            body: knock.body,
        };
        let Some((provider, door)) = self.door(knock.provider, knock.publication).await? else {
            // As long as for one that is there.
            std::hint::black_box(Algorithm::Sha256.sign(b"nobody", &[knock.body]));
            return Err(refused());
        };
        let publication = &door.publication;
        let told = self.told_of(&door)?;
        let context = match told.verified(self, provider, &request) {
            Ok(context) => context,
            Err(reason) => {
                // Whoever is about to say what it signs with asks first whether somebody is there.
                let asked = provider.challenge(&request);
                if let Some(text) =
                    asked.filter(|_| publication.state == InstallationState::Pending)
                {
                    return Ok(Some(text));
                }
                tracing::info!(publication = %publication.id, %reason, "a webhook is refused");
                return Err(refused());
            }
        };
        let taken = self.take_webhook(provider, publication, &request, &context);
        taken.await
    }

    /// Does what a request that was verified is about, and records it; or says what it is answered.
    pub(super) async fn take_webhook(
        &self,
        provider: &dyn IntegrationProvider,
        publication: &StoredPublication,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<Option<String>, Error> {
        let judged = self.judged(provider, publication, request, context);
        let judged = judged.await?;
        match &judged.besides {
            Besides::Nothing => {}
            Besides::Answer(text) => return Ok(Some(text.clone())),
            Besides::Stop { thread } => {
                // What is sent once more stops nothing that was begun since.
                let (organization, of) = (&publication.organization, &publication.installation);
                let store = &self.inner.store;
                let before = store.delivery_of_event(organization, of, &judged.dedupe_key);
                if before.await?.is_none() {
                    let stop = Stop {
                        provider,
                        publication,
                        context,
                    };
                    let conversation = judged.conversation.as_deref();
                    self.stop_heard(stop, conversation, thread.as_deref())
                        .await?;
                }
            }
            // Before it is said to be heard: done twice it is the same.
            Besides::Change(change) => self.installation_told(publication, change).await?,
        }
        let names = provider.headers(context);
        let parcel = Parcel::of(request, &names);
        self.record(publication, &judged, &parcel, None).await?;
        Ok(None)
    }

    /// What a request that was verified means for a publication as it is now, with what was said before.
    pub(super) async fn judged(
        &self,
        provider: &dyn IntegrationProvider,
        publication: &StoredPublication,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<Judged, Error> {
        let judged = judge(provider, publication, request, context);
        let begins = judged
            .event
            .as_ref()
            .is_none_or(|event| provider.begins(event));
        if begins {
            return Ok(judged);
        }
        let goes_on = match &judged.conversation {
            None => false,
            Some(conversation) => {
                let store = &self.inner.store;
                let key = session_key(publication, conversation);
                let begun = store.conversation_begun(publication, conversation, &key);
                begun.await?
            }
        };
        Ok(if goes_on {
            judged
        } else {
            judged.ignored(ELSEWHERE)
        })
    }

    pub(super) async fn door(
        &self,
        provider: &str,
        publication: &str,
    ) -> Result<Option<(&dyn IntegrationProvider, Door)>, Error> {
        let found = self.settings().providers.get(provider);
        let id = publication.parse::<PublicationId>().ok();
        let (Some(provider), Some(id)) = (found, id) else {
            return Ok(None);
        };
        let door = self.inner.store.door(provider.id(), &id).await?;
        Ok(door.map(|door| (provider, door)))
    }

    /// The provider of a publication and what it was told; refused when the publication was removed.
    pub(super) async fn behind(
        &self,
        publication: &StoredPublication,
    ) -> Result<(&dyn IntegrationProvider, Told), Error> {
        let door = self
            .door(&publication.provider, publication.id.as_str())
            .await?;
        let (provider, door) = door.ok_or_else(publications::not_found)?;
        Ok((provider, self.told_of(&door)?))
    }

    pub(super) fn told_of(&self, door: &Door) -> Result<Told, Error> {
        let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
        Ok(Told {
            settings: read(&door.publication.settings),
            triggers: read(&door.publication.triggers),
            secret: open(&self.inner.vault, door)?,
            before: open_before(&self.inner.vault, door, self.inner.clock.now())?,
            workspace: workspace(door.publication.workspace.as_deref()),
        })
    }

    /// Records a delivery with its work. Answers its id, or the id of the one it is the same as.
    pub(super) async fn record(
        &self,
        publication: &StoredPublication,
        judged: &Judged,
        parcel: &Parcel,
        replay_of: Option<DeliveryId>,
    ) -> Result<DeliveryId, Error> {
        let inner = &self.inner;
        let organization = &publication.organization;
        let id = DeliveryId::generate(&*inner.clock, &*inner.random);
        let now = inner.clock.now();
        let dedupe_key = match &replay_of {
            // Wanted once more, it is another one.
            Some(_) => format!("replay:{id}"),
            None => judged.dedupe_key.clone(),
        };
        let job = match &judged.event {
            Some(_) => Some(self.work_of(publication, judged, &id)?),
            None => None,
        };
        let new = NewDelivery {
            received: parcel.seal(&inner.vault, organization, &id)?,
            id: id.clone(),
            installation: publication.installation.clone(),
            publication: publication.id.clone(),
            dedupe_key,
            replay_of,
            rule: judged.rule.clone(),
            conversation: judged.conversation.clone(),
            place: judged.place(),
            bytes: u64::try_from(parcel.body.len()).unwrap_or(u64::MAX),
            job,
            created_at: now,
        };
        let accepted = new.job.as_ref().and_then(|job| job.ordering_key.clone());
        let recorded = match self.write_down(organization, new).await? {
            Recorded::New => id,
            Recorded::Already(before) => return Ok(before),
        };
        if let Some(order) = accepted.filter(|_| judged.gathering == Gathering::Hurries) {
            inner.store.hurry_jobs(organization, &order, now).await?;
            inner.inbox.notify_one();
        }
        Ok(recorded)
    }

    fn work_of(
        &self,
        publication: &StoredPublication,
        judged: &Judged,
        delivery: &DeliveryId,
    ) -> Result<NewJob, Error> {
        let inner = &self.inner;
        let asker = Asker::Publication {
            publication: publication.id.to_string(),
            account: publication.account.clone(),
        };
        let conversation = judged.conversation.as_deref();
        let now = inner.clock.now();
        let run_at = match judged.gathering {
            Gathering::Waits(wait) => later(now, wait),
            Gathering::Alone | Gathering::Hurries => now,
        };
        Ok(NewJob {
            id: JobId::generate(&*inner.clock, &*inner.random),
            kind: DELIVERY.to_owned(),
            name: action_slug(&publication.agent),
            // What is said in one conversation is said in the order in which it came.
            ordering_key: Some(order(&session_key(
                publication,
                conversation.unwrap_or(delivery.as_str()),
            ))),
            once_key: None,
            actor: publication.account.clone(),
            asker: serde_json::to_string(&asker).map_err(Error::internal)?,
            payload: json!({ "delivery": delivery }).to_string(),
            run_at,
            max_attempts: self.settings().deliveries.attempts,
            created_at: now,
        })
    }
}

impl Told {
    pub(super) fn context(&self, app: &App) -> ProviderContext<'_> {
        ProviderContext {
            settings: &self.settings,
            triggers: &self.triggers,
            secret: &self.secret,
            workspace: self.workspace.as_ref(),
            now: app.inner.clock.now(),
        }
    }

    /// The context with the secret that a request is signed with: the one from here on, or the one before
    /// while both are good. Both are tried, so that the answer takes as long.
    pub(super) fn verified(
        &self,
        app: &App,
        provider: &dyn IntegrationProvider,
        request: &WebhookRequest<'_>,
    ) -> Result<ProviderContext<'_>, Refused> {
        let context = self.context(app);
        let verified = tried(provider, request, &context);
        let Some(secret) = &self.before else {
            return verified.map(|()| context);
        };
        let before = ProviderContext { secret, ..context };
        let verified_before = tried(provider, request, &before);
        match verified {
            Ok(()) => Ok(context),
            Err(_) => verified_before.map(|()| before),
        }
    }
}

/// Verifies a request. One without a signature takes as long as one with another, and as one to where nobody
/// is: nobody finds out by the time it takes who is here.
fn tried(
    provider: &dyn IntegrationProvider,
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Result<(), Refused> {
    let verified = provider.verify_webhook(request, context);
    if verified == Err(Refused::Unsigned) {
        let key = context.secret.expose().as_bytes();
        std::hint::black_box(Algorithm::Sha256.sign(key, &[request.body]));
    }
    verified
}

/// What a session of a publication is found by: the conversation, or the one delivery it is about.
pub(super) fn session_key(publication: &StoredPublication, conversation: &str) -> String {
    format!("{}/{conversation}", publication.id)
}

/// The order in which what comes in for a session is said, by what the session is found by.
pub(crate) fn order(session_key: &str) -> String {
    format!("{DELIVERY}/{session_key}")
}

pub(super) fn refused() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "webhook_refused",
        "this is not taken in",
    )
}
