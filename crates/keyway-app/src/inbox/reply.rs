//! What is said where an event came from: that it is seen, and the agent's answer, once.

use std::time::Duration;

use keyway_core::provider::{IntegrationProvider, Posted, PublicationContext, Reply, sign};
use keyway_core::{Error, Kind, SessionId};
use keyway_store::{ClaimedJob, Delivery, StoredPublication};
use serde_json::Value;

use crate::App;
use crate::installations::{granted, is_token_refused};
use crate::jobs::may_pass;

/// How long saying something may take, everything together.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// The characters of a marker that are not its beginning.
const MARKED: usize = 32;

/// What is said back about a delivery.
#[derive(Debug, Clone, Copy)]
pub(super) struct Saying<'a> {
    pub(super) text: &'a str,
    /// Whether it says that there is no answer.
    pub(super) failed: bool,
    pub(super) session: &'a SessionId,
}

impl App {
    /// Says at once that an event is seen, beside whatever is done about it. That it could not be said
    /// keeps nobody from answering.
    pub(super) fn acknowledge(
        &self,
        delivery: &Delivery,
        publication: &StoredPublication,
        session: &SessionId,
    ) {
        let Some(place) = place_of(delivery) else {
            return;
        };
        let (app, publication, session) = (self.clone(), publication.clone(), session.clone());
        let delivery = delivery.id.clone();
        self.inner.tasks.spawn(async move {
            let seen = async {
                let provider = app.replying(&publication)?;
                let context = app.acting(&publication, Some(place.clone()), Some(session));
                provider.acknowledge(&context.await?, &place).await
            };
            if let Err(error) = patiently(seen).await {
                tracing::warn!(%delivery, code = error.code(), "it is not said that an event is seen");
            }
        });
    }

    /// Says something where a delivery came from, unless it is there already. What is refused for good is
    /// written down; it is no failure of the turn.
    ///
    /// # Errors
    ///
    /// What may pass, to be tried again; it is looked for then before it is said.
    pub(super) async fn say_back(
        &self,
        claimed: &ClaimedJob,
        delivery: &Delivery,
        publication: &StoredPublication,
        saying: Saying<'_>,
    ) -> Result<(), Error> {
        let Some(place) = place_of(delivery).filter(|_| delivery.reply.at.is_none()) else {
            return Ok(());
        };
        let (store, lease, id) = (&self.inner.store, &claimed.lease, &delivery.id);
        let said = async {
            let provider = self.replying(publication)?;
            if saying.text.trim().is_empty() {
                return Err(nothing_to_say());
            }
            let link = self.session_url(saying.session);
            let acting = || {
                let session = Some(saying.session.clone());
                self.acting(publication, Some(place.clone()), session)
            };
            let context = acting().await?;
            let now = self.inner.clock.now();
            if !store.reply_begun(lease, id, now).await? {
                return Err(super::dispatch::lost());
            }
            let posting = post(
                provider,
                &context,
                &place,
                delivery,
                saying,
                link.as_deref(),
            );
            match posting.await {
                // The token may be worth nothing though the installation is there: with another one, once more.
                Err(error) if is_token_refused(&error) => {
                    self.token_refused(publication, &context.token).await?;
                    let context = acting().await?;
                    post(
                        provider,
                        &context,
                        &place,
                        delivery,
                        saying,
                        link.as_deref(),
                    )
                    .await
                }
                posted => posted,
            }
        };
        match patiently(said).await {
            Ok(posted) => {
                let posted = (posted.id.as_str(), posted.url.as_deref());
                let now = self.inner.clock.now();
                Ok(store.reply_said(lease, id, posted, now).await?)
            }
            Err(error) if may_pass(error.kind()) && !is_last(claimed) => Err(error),
            Err(error) => Ok(store.reply_refused(lease, id, error.code()).await?),
        }
    }

    /// The provider of a publication, if it may say something back.
    pub(super) fn replying(
        &self,
        publication: &StoredPublication,
    ) -> Result<&dyn IntegrationProvider, Error> {
        let provider = self.settings().providers.get(&publication.provider);
        let provider = provider.ok_or_else(crate::publications::not_found)?;
        let scopes = granted(provider, publication);
        match provider.reply_scope() {
            Some(scope) if scopes.permits(scope) => Ok(provider),
            _ => Err(Error::new(
                Kind::Forbidden,
                "publication_scope_missing",
                "the publication may say nothing back",
            )),
        }
    }
}

/// Says it, unless an attempt before did.
async fn post(
    provider: &dyn IntegrationProvider,
    context: &PublicationContext,
    place: &Value,
    delivery: &Delivery,
    saying: Saying<'_>,
    link: Option<&str>,
) -> Result<Posted, Error> {
    let marker = marker(delivery.id.as_str());
    if delivery.reply.begun_at.is_some()
        && let Some(posted) = provider.find_reply(context, place, &marker).await?
    {
        return Ok(posted);
    }
    let reply = Reply {
        text: saying.text,
        marker: &marker,
        failed: saying.failed,
        link,
    };
    provider.reply(context, place, &reply).await
}

/// What tells what is said about something from everything else, by its id. Nobody can tell the id from it.
pub(super) fn marker(id: &str) -> String {
    let digest = sign::digest(id.as_bytes());
    format!("kw-{}", digest.get(..MARKED).unwrap_or_default())
}

pub(super) fn place_of(delivery: &Delivery) -> Option<Value> {
    serde_json::from_str(delivery.place.as_deref()?).ok()
}

/// Whether nothing is tried after this attempt.
pub(super) fn is_last(claimed: &ClaimedJob) -> bool {
    claimed.job.attempts >= claimed.job.max_attempts
}

pub(super) async fn patiently<T>(
    doing: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let done = tokio::time::timeout(PATIENCE, doing).await;
    done.unwrap_or_else(|_| {
        Err(Error::new(
            Kind::Timeout,
            "vendor_timeout",
            "the third party did not answer in time",
        ))
    })
}

fn nothing_to_say() -> Error {
    Error::new(
        Kind::Conflict,
        "nothing_to_say",
        "the agent answered without a word",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_has_one_marker_that_does_not_name_it() {
        let id = "dlv_01890a5d-ac96-774b-bcce-b302099a8057";
        let marked = marker(id);
        assert_eq!(marked, marker(id));
        assert_eq!(marked.len(), "kw-".len() + MARKED);
        assert!(!marked.contains("01890a5d"));
    }
}
