//! What publications say to their agents by the clock: recorded as deliveries are, each once.

use http::HeaderMap;
use jiff::Timestamp;
use keyway_core::Error;
use keyway_core::provider::{Gathering, WebhookEvent};
use keyway_store::{InstallationState, StoredPublication};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::judge::{Besides, Judged, NOT_INSTALLED, PAUSED};
use super::message::begins;
use super::parcel::Parcel;
use crate::App;
use crate::publications::Clockwork;

/// The rule of what is said by the clock. No provider has it.
pub(super) const SCHEDULED: &str = "schedule";

/// After how many looks is seen whether the clock went wrong.
const LOOKS_PER_SETTING: u32 = 20;

/// The conversation of runs that go on in one session.
const CONVERSATION: &str = "schedule";

/// A run as it is kept: what is said, whatever the schedule is when it is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Run {
    message: String,
    due: Timestamp,
    same_session: bool,
}

impl App {
    /// Records runs of publications as they come due, until `stopping`.
    pub(crate) async fn keep_publication_schedules(self, stopping: CancellationToken) {
        for look in 0_u32.. {
            if let Err(error) = self.record_due().await {
                tracing::warn!(%error, "what publications say by the clock cannot be recorded");
            }
            if look.is_multiple_of(LOOKS_PER_SETTING)
                && let Err(error) = self.set_clocks().await
            {
                tracing::warn!(%error, "what publications are due at cannot be looked at");
            }
            let pause = tokio::time::sleep(self.job_settings().poll);
            if stopping.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    async fn record_due(&self) -> Result<(), Error> {
        let now = self.inner.clock.now();
        for publication in self.inner.store.publications_due(now).await? {
            if let Err(error) = self.record_run(&publication, now).await {
                let publication = &publication.id;
                tracing::warn!(%publication, %error, "a scheduled run cannot be recorded");
            }
        }
        Ok(())
    }

    /// Has publications be due at the next moment of their schedule that would wait for longer: a clock that was
    /// ahead for a while keeps nothing from running until it is that late.
    async fn set_clocks(&self) -> Result<(), Error> {
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        for publication in store.publications_due_last().await? {
            let clockwork = publication.schedule.as_deref().and_then(Clockwork::stored);
            let next = clockwork.and_then(|clockwork| clockwork.next_after(now));
            if next.is_some() && next < publication.next_run_at {
                store.publication_ran(&publication, next).await?;
            }
        }
        Ok(())
    }

    /// Records the run of a publication that is due, and says when it is due next. Of several that were
    /// missed, as after a night without a gateway, there is one.
    async fn record_run(
        &self,
        publication: &StoredPublication,
        now: Timestamp,
    ) -> Result<(), Error> {
        let clockwork = publication.schedule.as_deref().and_then(Clockwork::stored);
        let (Some(clockwork), Some(due)) = (clockwork, publication.next_run_at) else {
            self.inner.store.publication_ran(publication, None).await?;
            return Ok(());
        };
        let run = Run {
            message: clockwork.message.clone(),
            due,
            same_session: clockwork.same_session,
        };
        // Recorded by two processes, or before one died, it is the same one.
        let key = format!("schedule/{}/{}", publication.id, due.as_millisecond());
        let judged = run.judged(publication, key);
        let parcel = Parcel {
            headers: HeaderMap::new(),
            body: serde_json::to_vec(&run).map_err(Error::internal)?,
        };
        self.record(publication, &judged, &parcel, None).await?;
        let next = clockwork.next_after(now);
        self.inner.store.publication_ran(publication, next).await?;
        Ok(())
    }
}

impl Run {
    /// A run as it was kept.
    pub(super) fn read(parcel: &Parcel) -> Result<Self, Error> {
        serde_json::from_slice(&parcel.body).map_err(Error::internal)
    }

    /// What it means for a publication as it is now.
    pub(super) fn judged(&self, publication: &StoredPublication, dedupe_key: String) -> Judged {
        let rule = if publication.paused_at.is_some() {
            PAUSED
        } else if publication.state == InstallationState::Installed {
            SCHEDULED
        } else {
            NOT_INSTALLED
        };
        let event = (rule == SCHEDULED).then(|| WebhookEvent {
            rule: SCHEDULED,
            ..WebhookEvent::new(dedupe_key.clone(), self.message.clone())
        });
        Judged {
            dedupe_key,
            rule: rule.to_owned(),
            conversation: (self.same_session && event.is_some()).then(|| CONVERSATION.to_owned()),
            event,
            gathering: Gathering::Alone,
            besides: Besides::Nothing,
        }
    }

    /// What is said to the agent: an administrator's words, which are no third party's.
    pub(super) fn words(&self, id: &keyway_core::DeliveryId, name: &str) -> String {
        format!(
            "{} This was due at {} by the schedule of the publication \"{name}\".\n{}",
            begins(id),
            self.due,
            self.message
        )
    }
}
