//! What servers announce beside all calls: the GET stream of legacy streamable HTTP.

use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::{Body, HttpError};

use super::events::{LAST_EVENT_ID, RETRY, RETRY_MOST, Resume, next};
use super::link::{HttpLink, Media, media_type};
use crate::upstream::failure::Failure;
use crate::upstream::inbound;
use crate::upstream::line::Answering;
use crate::wire::SseParser;

/// How long a server may take to let itself be heard before it counts as connected all the same.
const ATTEND: Duration = Duration::from_millis(500);

impl HttpLink {
    /// Listens to what the server says outside of calls (2025-11-25, Listening for Messages from
    /// the Server), for as long as the connection holds. Servers need not offer it.
    pub(in crate::upstream) async fn listen(self: Arc<Self>) {
        let gone = self.line.gone.clone();
        let listening = async {
            if let Err(failure) = self.keep_listening().await {
                self.line.break_off(failure);
            }
        };
        tokio::select! {
            () = gone.cancelled() => {}
            () = listening => {}
        }
        self.listens.cancel();
    }

    /// Waits until the server can be heard outside of calls, or does not offer that, or takes too
    /// long: many servers ask and announce there, and lose what nobody listens to.
    pub(in crate::upstream) async fn attend(&self) {
        let _ = tokio::time::timeout(ATTEND, self.listens.cancelled()).await;
    }

    async fn keep_listening(&self) -> Result<(), Failure> {
        let mut resume = Resume::default();
        let mut wait = RETRY;
        let mut opened = false;
        loop {
            let stream = self.open(&resume).await?;
            self.listens.cancel();
            match stream {
                Some(body) => {
                    if opened && resume.last.is_none() {
                        // What was announced meanwhile is lost.
                        self.line.signals.lists_changed(inbound::ALL);
                    }
                    opened = true;
                    if self.hear(body, &mut resume).await? {
                        wait = RETRY;
                    }
                }
                None if opened => return Err(Failure::SessionGone),
                None => return Ok(()),
            }
            tokio::time::sleep(resume.wait.unwrap_or(wait).max(Duration::from_millis(10))).await;
            wait = (wait * 2).min(RETRY_MOST);
        }
    }

    /// Opens the stream; `None` where the server does not.
    async fn open(&self, resume: &Resume) -> Result<Option<Body>, Failure> {
        let headers = || {
            let mut headers = self.headers.clone();
            if let Some(last) = &resume.last {
                headers.insert(LAST_EVENT_ID, last.clone());
            }
            headers
        };
        let response = match self.endpoint.get(&headers).await {
            Ok(response) => response,
            Err(Failure::Http(error @ HttpError::Connect(_))) => {
                return Err(Failure::Closed(error.to_string()));
            }
            Err(failure @ Failure::Token(_)) => return Err(failure),
            Err(_) => return Ok(None),
        };
        let is_stream =
            response.status.is_success() && matches!(media_type(&response.headers), Media::Events);
        Ok(is_stream.then_some(response.body))
    }

    /// Reads the stream to its end. True when anything came.
    async fn hear(&self, mut body: Body, resume: &mut Resume) -> Result<bool, Failure> {
        let mut parser = SseParser::new(self.line.bounds.bytes);
        let mut answering = Answering::default();
        let mut heard = false;
        loop {
            while let Some(event) = next(&mut parser)? {
                heard = true;
                resume.note(&event);
                if !event.data.is_empty() {
                    self.line.shared_text(&event.data, &mut answering);
                }
            }
            tokio::select! {
                chunk = body.chunk() => match chunk {
                    Some(Ok(chunk)) => parser.push(&chunk),
                    _ => return Ok(heard),
                },
                text = answering.next() => {
                    let _ = self.post(text).await;
                }
            }
        }
    }
}
