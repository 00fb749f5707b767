use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use keyway_core::ports::{Destination, HttpError, HttpRequest, HttpResponse, Limits, Redirects};
use keyway_core::{Error, Kind, OrgId, WebhookEndpointId, WebhookMessageId};
use keyway_store::{ClaimedJob, MessageAttempt, OffReason, SendableMessage};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::secret::{Slot, signature};
use super::{error, message};
use crate::App;
use crate::audit::{Event, EventKind, Outcome, Who};
use crate::changes::Topic;
use crate::jobs::{damaged, earlier};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How much of an answer is read, and for how long, so that its connection can be used again. Nothing of it
/// is kept.
const ANSWER: (usize, Duration) = (16 << 10, Duration::from_secs(1));

/// What the job of a message is done with.
#[derive(Deserialize)]
struct Work {
    message: String,
}

/// How an attempt ended that is no success.
struct Failure {
    status: Option<StatusCode>,
    code: &'static str,
    retry_after: Option<Duration>,
}

impl App {
    /// Sends a message to its endpoint. It may be done again after a process died: with the same id.
    pub(crate) async fn send_webhook(
        &self,
        claimed: &ClaimedJob,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let inner = &self.inner;
        let organization = &claimed.lease.organization;
        let work: Work = serde_json::from_str(&claimed.payload).map_err(|_| damaged())?;
        let id: WebhookMessageId = work.message.parse().map_err(|_| damaged())?;
        let found = inner.store.sendable_message(organization, &id).await?;
        let found = found.ok_or_else(error::no_message)?;
        if found.delivered_at.is_some() {
            return Ok(());
        }
        if !found.enabled {
            return Err(error::off());
        }
        let request = self.signed(organization, &id, &found)?;
        let sent = cancel.run_until_cancelled(inner.http.send(request)).await;
        let Some(sent) = sent else {
            return Err(Error::new(
                Kind::Cancelled,
                "cancelled",
                "the message was not sent to its end",
            ));
        };
        let done = read(sent).await;
        self.written_down(claimed, &id, &found.endpoint, done).await
    }

    fn signed(
        &self,
        organization: &OrgId,
        id: &WebhookMessageId,
        found: &SendableMessage,
    ) -> Result<HttpRequest, Error> {
        let (vault, now) = (&self.inner.vault, self.inner.clock.now());
        let sealed = found.secret.as_deref().ok_or_else(error::off)?;
        let endpoint = &found.endpoint;
        let mut secrets = vec![Slot::Current.open(vault, organization, endpoint, sealed)?];
        if let Some((before, until)) = &found.before
            && *until > now
        {
            secrets.push(Slot::Before.open(vault, organization, endpoint, before)?);
        }
        let body = message::open(vault, organization, id, &found.body)?;
        let signed = signature(&secrets, id.as_str(), now, &body)?;
        let text = |text: &str| HeaderValue::from_str(text).map_err(Error::internal);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [
            ("webhook-id", text(id.as_str())?),
            ("webhook-timestamp", text(&now.as_second().to_string())?),
            ("webhook-signature", text(&signed)?),
        ] {
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(HttpRequest {
            method: Method::POST,
            url: found.url.clone(),
            headers,
            body: Bytes::from(body),
            destination: Destination::Guarded,
            redirects: Redirects::Return,
            hosts: None,
            retries: 0,
            limits: Limits {
                connect: CONNECT.min(self.settings().webhooks.timeout),
                head: Some(self.settings().webhooks.timeout),
                body_bytes: None,
            },
        })
    }

    async fn written_down(
        &self,
        claimed: &ClaimedJob,
        id: &WebhookMessageId,
        endpoint: &WebhookEndpointId,
        done: Result<StatusCode, Failure>,
    ) -> Result<(), Error> {
        let (inner, settings) = (&self.inner, &self.settings().webhooks);
        let now = inner.clock.now();
        let status = match &done {
            Ok(status) => Some(*status),
            Err(failure) => failure.status,
        };
        let attempt = MessageAttempt {
            status: status.map(|status| status.as_u16()),
            error: done.as_ref().err().map(|failure| failure.code),
            gone: status == Some(StatusCode::GONE),
            patience: earlier(now, settings.give_up),
            now,
        };
        let lease = &claimed.lease;
        let off = inner
            .store
            .webhook_message_sent(lease, id, &attempt)
            .await?;
        if let Some(off) = off {
            self.switched_off(&lease.organization, endpoint, off);
        }
        let Err(failure) = done else {
            return Ok(());
        };
        if off.is_some() {
            return Err(error::off());
        }
        let wait = self.wait_after(claimed.job.attempts);
        let kind = match failure.code {
            "timeout" => Kind::Timeout,
            _ => Kind::BadGateway,
        };
        Err(
            Error::new(kind, failure.code, "the endpoint did not take the message")
                .with_retry_after(wait.max(failure.retry_after.unwrap_or_default())),
        )
    }

    /// How long is waited after the nth attempt, from one.
    fn wait_after(&self, attempt: u32) -> Duration {
        let nth = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        let retries = &self.settings().webhooks.retries;
        let full = retries.get(nth).copied().unwrap_or_default();
        let mut bytes = [0; 4];
        self.inner.random.fill(&mut bytes);
        let share = f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX);
        full.mul_f64(1.0 + share / 10.0)
    }

    fn switched_off(&self, organization: &OrgId, endpoint: &WebhookEndpointId, off: OffReason) {
        tracing::warn!(%endpoint, reason = off.as_str(), "a webhook endpoint is switched off");
        let event = Event::new(
            EventKind::WebhookEndpointSwitchedOff,
            Who::system(organization),
        );
        let event = event
            .target("webhook_endpoint", endpoint.as_str())
            .detail("reason", off.as_str())
            .outcome(Outcome::Ok);
        self.inner.audit.note(event);
        self.inner.changes.tell(organization, Topic::Govern);
    }
}

/// What an answer means. Its body is read a little and dropped.
async fn read(sent: Result<HttpResponse, HttpError>) -> Result<StatusCode, Failure> {
    let response = sent.map_err(|broken| Failure {
        status: None,
        code: code_of(&broken),
        retry_after: None,
    })?;
    let HttpResponse {
        status,
        headers,
        body,
    } = response;
    let _ = tokio::time::timeout(ANSWER.1, body.collect(ANSWER.0)).await;
    if status.is_success() {
        return Ok(status);
    }
    let code = match status {
        StatusCode::GONE => "gone",
        status if status.is_redirection() => "redirected",
        _ => "refused",
    };
    let seconds = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    let seconds = seconds.and_then(|text| text.trim().parse().ok());
    Err(Failure {
        status: Some(status),
        code,
        retry_after: seconds.map(Duration::from_secs),
    })
}

fn code_of(broken: &HttpError) -> &'static str {
    match broken {
        HttpError::Timeout => "timeout",
        HttpError::Refused(_) | HttpError::BadUrl(_) => "address_refused",
        HttpError::Connect(_) => "unreachable",
        HttpError::Broken(_) | HttpError::TooLarge | HttpError::TooManyRedirects => "broken",
    }
}
