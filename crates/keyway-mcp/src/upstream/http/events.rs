//! Answers that come as an event stream.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderName;
use http::HeaderValue;
use keyway_core::ports::{Body, Caller, NoCaller};
use keyway_core::rpc::RawJson;

use super::call::Sending;
use super::link::{HttpLink, Media, media_type, outcome_of};
use crate::upstream::failure::Failure;
use crate::upstream::inbound::{answer_request, call_notification};
use crate::upstream::line::{Answering, salvaged_id};
use crate::wire::{self, Message, Messages, SseEvent, SseParser};

pub(super) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// How often in a row a broken stream is taken up again without anything new coming.
const RESUMES: u32 = 5;

/// How long to wait before taking a stream up again, when the server names no time.
pub(super) const RETRY: Duration = Duration::from_secs(1);

/// The longest wait a server can ask for.
pub(super) const RETRY_MOST: Duration = Duration::from_mins(1);

impl HttpLink {
    /// Reads the event stream of a request up to its answer. Notifications are handed to the
    /// caller, requests of a legacy server are answered by it, and a legacy stream that breaks is
    /// taken up where it ended (2025-11-25, Resumability and Redelivery).
    pub(super) async fn follow(
        &self,
        mut body: Body,
        sending: &Sending<'_>,
    ) -> Result<RawJson, Failure> {
        let mut parser = SseParser::new(self.line.bounds.bytes);
        let mut answering = Answering::default();
        let mut resume = Resume::default();
        loop {
            while let Some(event) = next(&mut parser)? {
                resume.note(&event);
                if event.data.is_empty() {
                    continue;
                }
                if let Some(outcome) = self.event(&event.data, sending, &mut answering) {
                    return outcome;
                }
            }
            tokio::select! {
                chunk = body.chunk() => match chunk {
                    Some(Ok(chunk)) => parser.push(&chunk),
                    ended => {
                        body = self.take_up(&mut resume, ended).await?;
                        parser = SseParser::new(self.line.bounds.bytes);
                    }
                },
                text = answering.next() => {
                    if let Err(failure) = self.post(text).await {
                        tracing::debug!(
                            server = %self.line.server,
                            reason = %failure.reason(),
                            "the server did not take an answer of its client"
                        );
                    }
                }
            }
        }
    }

    fn event(
        &self,
        data: &Bytes,
        sending: &Sending<'_>,
        answering: &mut Answering,
    ) -> Option<Result<RawJson, Failure>> {
        match wire::parse_batch(data, self.line.bounds) {
            Ok(Messages::One(message)) => self.message(message, sending, answering),
            Ok(Messages::Batch(items)) => items
                .into_iter()
                .filter_map(Result::ok)
                .find_map(|message| self.message(message, sending, answering)),
            Err(_) if salvaged_id(data) == Some(sending.id) => Some(Err(Failure::Protocol(
                "it is malformed or larger than allowed".into(),
            ))),
            Err(_) => {
                self.line.noise(data.len());
                None
            }
        }
    }

    fn message(
        &self,
        message: Message<'_>,
        sending: &Sending<'_>,
        answering: &mut Answering,
    ) -> Option<Result<RawJson, Failure>> {
        match message {
            Message::Notification { method, params } => {
                let caller: &dyn Caller =
                    sending.caller.map_or(&NoCaller, |caller| caller.as_ref());
                call_notification(&self.line.signals, caller, &method, params.as_ref());
                None
            }
            Message::Request { id, method, params } => {
                if self.revision.is_modern() {
                    self.line.noise(0);
                    return None;
                }
                let side = sending.side.clone();
                let (id, method) = (id.detached(), method.into_owned());
                let signals = Arc::clone(&self.line.signals);
                answering.push(Box::pin(async move {
                    answer_request(&id, &method, params.as_ref(), side, &signals).await
                }));
                None
            }
            answer => outcome_of(answer, sending.id),
        }
    }

    /// Opens a stream again that ended before the answer came.
    async fn take_up(
        &self,
        resume: &mut Resume,
        ended: Option<Result<Bytes, keyway_core::ports::HttpError>>,
    ) -> Result<Body, Failure> {
        let broken = match ended {
            Some(Err(error)) => Failure::Http(error),
            _ => Failure::Protocol("its event stream ended without an answer".into()),
        };
        let Some(last) = resume.last.clone() else {
            return Err(broken);
        };
        if self.revision.is_modern() || resume.tries >= RESUMES {
            return Err(broken);
        }
        resume.tries += 1;
        tokio::time::sleep(resume.wait.unwrap_or(RETRY)).await;
        let headers = || {
            let mut headers = self.headers.clone();
            headers.insert(LAST_EVENT_ID, last.clone());
            headers
        };
        let response = self.endpoint.get(&headers).await?;
        if !response.status.is_success() {
            return Err(self.refused(response).await);
        }
        match media_type(&response.headers) {
            Media::Events => Ok(response.body),
            _ => Err(broken),
        }
    }
}

/// Where a stream that breaks is to be taken up.
#[derive(Default)]
pub(super) struct Resume {
    pub(super) last: Option<HeaderValue>,
    pub(super) wait: Option<Duration>,
    tries: u32,
}

impl Resume {
    pub(super) fn note(&mut self, event: &SseEvent) {
        if let Some(id) = &event.id {
            self.last = HeaderValue::from_str(id).ok().filter(|id| !id.is_empty());
            self.tries = 0;
        }
        if let Some(wait) = event.retry {
            self.wait = Some(wait.min(RETRY_MOST));
        }
    }
}

/// The next event of what was read so far.
pub(super) fn next(parser: &mut SseParser) -> Result<Option<SseEvent>, Failure> {
    parser
        .next_event()
        .map_err(|error| Failure::Protocol(error.to_string()))
}
