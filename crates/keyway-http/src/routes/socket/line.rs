use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, SplitSink};
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use keyway_app::channels::{Heard, Subscription};
use keyway_app::credentials::CredentialChoice;
use keyway_app::{Invocation, Surface};
use keyway_core::ports::{BoxFuture, NoCaller};
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind, Principal, RequestId};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::said::{self, Id, Said};
use super::{CALLS, CHANNELS, MAX_MESSAGE, told};
use crate::refusal::Refusal;
use crate::routes::call_action::written;
use crate::shared::Shared;

/// How long a client may take to take a message in.
const SEND: Duration = Duration::from_secs(10);
/// How often is asked whether the client is still there.
const PING: Duration = Duration::from_secs(30);
/// How many messages wait for a client besides the answers of its calls.
const WAITING: usize = 32;
/// Room for the answers of calls, whatever else waits, and for what one message more brings.
const KEPT_FREE: usize = CALLS + 2;

/// Why a socket is closed.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The client went, or does not answer.
    Gone,
    /// The gateway ends.
    Ending,
    /// They may no longer do what they could when they came.
    NotAllowed,
    /// They take messages more slowly than they cause them.
    Slow,
    /// A message is too long.
    TooLong,
    /// A message is not text.
    NotText,
}

impl End {
    /// A status code (RFC 6455, section 7.4) and a code for programs.
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::Ending => (1001, "gateway_ending"),
            Self::NotText => (1003, "text_only"),
            Self::NotAllowed => (1008, "no_longer_allowed"),
            Self::TooLong => (1009, "message_too_long"),
            Self::Slow => (1013, "slow_reader"),
        };
        let reason = reason.into();
        Some(CloseFrame { code, reason })
    }
}

type Called = (Id, RequestId, Result<RawJson, Error>);
type Listened = Option<(Subscription, CancellationToken, Heard)>;

/// One socket: who is at its other end, what runs for them, and what waits for them.
struct Line {
    shared: Arc<Shared>,
    who: Principal,
    out: mpsc::Sender<Message>,
    calls: FuturesUnordered<BoxFuture<'static, Called>>,
    cancels: HashMap<Id, CancellationToken>,
    listening: FuturesUnordered<BoxFuture<'static, Listened>>,
    channels: HashMap<String, CancellationToken>,
}

/// Serves a socket until it ends. What runs for it then is dropped, and so cancelled.
pub(super) async fn serve(socket: WebSocket, shared: Arc<Shared>, who: Principal) {
    let (sink, mut incoming) = socket.split();
    let (out, waiting) = mpsc::channel(WAITING + KEPT_FREE);
    let mut no_longer = pin!(shared.app.no_longer(&who));
    let mut writer = pin!(write(sink, waiting).fuse());
    let stopping = shared.stopping.clone();
    let mut line = Line {
        shared,
        who,
        out,
        calls: FuturesUnordered::new(),
        cancels: HashMap::new(),
        listening: FuturesUnordered::new(),
        channels: HashMap::new(),
    };
    let (mut heard_of, mut ping) = (Instant::now(), Instant::now() + PING);
    let mut ending = false;
    let end = loop {
        if ending && line.calls.is_empty() {
            break End::Ending;
        }
        let room = line.out.capacity() > KEPT_FREE;
        let step = tokio::select! {
            biased;
            () = &mut no_longer => Err(End::NotAllowed),
            sent = &mut writer => Err(sent.err().unwrap_or(End::Gone)),
            () = stopping.cancelled(), if !ending => {
                ending = true;
                Ok(())
            }
            Some(called) = line.calls.next() => line.answer(called),
            Some(listened) = line.listening.next(), if room && !ending => line.hear(listened),
            frame = incoming.next(), if room && !ending => match frame {
                Some(Ok(frame)) => {
                    heard_of = Instant::now();
                    line.take(frame).await
                }
                Some(Err(_)) => Err(End::TooLong),
                None => Err(End::Gone),
            },
            () = free(&line.out), if !room => Ok(()),
            () = tokio::time::sleep_until(ping) => {
                ping = Instant::now() + PING;
                if heard_of.elapsed() > PING * 2 {
                    Err(End::Gone)
                } else {
                    line.say(Message::Ping(Bytes::new()))
                }
            }
        };
        if let Err(end) = step {
            break end;
        }
    };
    drop(line);
    if let (Some(frame), Ok(Ok(mut sink))) =
        (end.frame(), tokio::time::timeout(SEND / 10, writer).await)
    {
        let _ = tokio::time::timeout(SEND / 10, sink.send(Message::Close(Some(frame)))).await;
    }
}

/// Waits until there is room again.
async fn free(out: &mpsc::Sender<Message>) {
    drop(out.reserve_many(KEPT_FREE + 1).await);
}

/// Sends what waits, until nothing more comes.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut waiting: mpsc::Receiver<Message>,
) -> Result<SplitSink<WebSocket, Message>, End> {
    while let Some(message) = waiting.recv().await {
        match tokio::time::timeout(SEND, sink.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(End::Gone),
            Err(_) => return Err(End::Slow),
        }
    }
    Ok(sink)
}

impl Line {
    fn say(&self, message: Message) -> Result<(), End> {
        self.out.try_send(message).map_err(|_| End::Slow)
    }

    fn refuse(&self, id: Option<&Id>, refused: impl Into<Refusal>) -> Result<(), End> {
        let request = self.shared.app.new_request_id();
        self.say(told::error(id, refused, &request))
    }

    /// A call ended.
    fn answer(&mut self, (id, request, outcome): Called) -> Result<(), End> {
        self.cancels.remove(&id);
        let answer = outcome.and_then(|output| told::result(&id, &output));
        self.say(answer.unwrap_or_else(|error| told::error(Some(&id), error, &request)))
    }

    /// Something came of a subscription.
    fn hear(&mut self, listened: Listened) -> Result<(), End> {
        // Nothing comes of one that was ended.
        let Some((subscription, ended, heard)) = listened.filter(|one| !one.1.is_cancelled())
        else {
            return Ok(());
        };
        let message = match heard {
            Heard::Message(message) => told::published(&message),
            Heard::Missed => told::missed(subscription.channel()),
            Heard::Lost(lost) => {
                self.channels.remove(subscription.channel());
                return self.say(told::ended(subscription.channel(), lost));
            }
        };
        self.listening.push(listen(subscription, ended));
        self.say(message)
    }

    /// A frame came in.
    async fn take(&mut self, frame: Message) -> Result<(), End> {
        let text = match frame {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(End::NotText),
            Message::Close(_) => return Err(End::Gone),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
        };
        if text.len() > MAX_MESSAGE {
            return Err(End::TooLong);
        }
        if let Err(exceeded) = self.shared.app.limits().from_principal(&self.who) {
            let (id, _) = said::read(&text, self.shared.settings.json);
            return self.refuse(id.as_ref(), Refusal::too_often(exceeded));
        }
        let (id, said) = said::read(&text, self.shared.settings.json);
        let (id, said) = match (id, said) {
            (Some(id), Ok(said)) => (id, said),
            (id, Err(error)) => return self.refuse(id.as_ref(), error),
            (None, Ok(_)) => return Ok(()),
        };
        let done = match said {
            Said::Call {
                action,
                input,
                credentials,
            } => self.call(&id, action, input, credentials).map(|()| None),
            Said::Cancel { call } => self.cancel(&call).map(|()| Some("cancelled")),
            Said::Subscribe { channel, after } => {
                let subscribed = self.subscribe(channel, after).await;
                subscribed.map(|()| Some("subscribed"))
            }
            Said::Unsubscribe { channel } => {
                self.unsubscribe(&channel).map(|()| Some("unsubscribed"))
            }
        };
        match done {
            Ok(Some(what)) => self.say(told::done(&id, what)),
            Ok(None) => Ok(()),
            Err(error) => self.refuse(Some(&id), error),
        }
    }

    fn call(
        &mut self,
        id: &Id,
        slug: String,
        input: RawJson,
        credentials: CredentialChoice,
    ) -> Result<(), Error> {
        if self.cancels.contains_key(id) {
            let message = "a call with this id is running";
            return Err(Error::new(Kind::Conflict, "id_in_use", message));
        }
        if self.calls.len() >= CALLS {
            let message = format!("{CALLS} calls of this socket are running");
            return Err(Error::new(Kind::RateLimited, "too_many_calls", message)
                .with_hint("wait for answers before you call more"));
        }
        let cancel = CancellationToken::new();
        self.cancels.insert(id.clone(), cancel.clone());
        let (shared, who, id) = (Arc::clone(&self.shared), self.who.clone(), id.clone());
        self.calls.push(Box::pin(async move {
            let request = shared.app.new_request_id();
            let invocation = Invocation {
                who: &who,
                slug: &slug,
                input,
                surface: Surface::Ws,
                caller: Arc::new(NoCaller),
                cancel: &cancel,
                request: &request,
                credentials,
            };
            let outcome = shared.app.invoke(invocation).await.and_then(written);
            (id, request, outcome)
        }));
        Ok(())
    }

    fn cancel(&self, call: &Id) -> Result<(), Error> {
        let running = self.cancels.get(call).ok_or_else(|| {
            let message = "no call with this id is running";
            Error::new(Kind::NotFound, "call_not_found", message)
        })?;
        running.cancel();
        Ok(())
    }

    async fn subscribe(&mut self, channel: String, after: Option<i64>) -> Result<(), Error> {
        if self.channels.contains_key(&channel) {
            let message = "this socket listens to the channel already";
            return Err(Error::new(Kind::Conflict, "already_subscribed", message));
        }
        if self.channels.len() >= CHANNELS {
            let message = format!("a socket listens to {CHANNELS} channels at most");
            return Err(Error::new(Kind::Conflict, "too_many_channels", message));
        }
        let subscription = self.shared.app.listen(&self.who, &channel, after).await?;
        let ended = CancellationToken::new();
        self.channels.insert(channel, ended.clone());
        self.listening.push(listen(subscription, ended));
        Ok(())
    }

    fn unsubscribe(&mut self, channel: &str) -> Result<(), Error> {
        let ended = self.channels.remove(channel).ok_or_else(|| {
            let message = "this socket does not listen to the channel";
            Error::new(Kind::NotFound, "not_subscribed", message)
        })?;
        ended.cancel();
        Ok(())
    }
}

/// What comes next of a subscription; nothing where it is ended first.
fn listen(
    mut subscription: Subscription,
    ended: CancellationToken,
) -> BoxFuture<'static, Listened> {
    Box::pin(async move {
        let heard = ended.run_until_cancelled(subscription.next()).await;
        let heard = heard.flatten()?;
        Some((subscription, ended, heard))
    })
}
