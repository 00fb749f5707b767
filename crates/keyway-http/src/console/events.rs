use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
use http::header::CONTENT_TYPE;
use keyway_app::changes::{Told, Topic, Watching};
use keyway_core::{Error, Kind, WebSessionId};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::member::Member;
use super::routes::Route;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How often a silent stream says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How long changes are gathered before they are told at once.
const GATHER: Duration = Duration::from_millis(250);

/// How many streams a web session has at once: pages in the foreground, each in a window of its own.
const MOST: usize = 8;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::member("/console/events").get(stream)]
}

/// `GET /console/events`: names what changed in the organization, as server-sent events whose data are
/// names of topics with spaces between them. Ends with the web session, and when the person's role
/// changes.
async fn stream(State(shared): State<Arc<Shared>>, member: Member) -> Result<Response, Refusal> {
    let seat = Seat::take(&member.web.session)?;
    let events = Events {
        watching: shared.app.watch_changes(member.who()),
        no_longer: Box::pin(shared.app.no_longer(member.who())),
        stopping: shared.stopping.clone(),
        greeted: false,
        _seat: seat,
    };
    let events = unfold(events, async |mut events| {
        let event = events.next().await?;
        Some((Ok::<_, Infallible>(event), events))
    });
    let stream = [(CONTENT_TYPE, "text/event-stream")];
    Ok((stream, Body::from_stream(events)).into_response())
}

struct Events {
    watching: Watching,
    no_longer: Pin<Box<dyn Future<Output = ()> + Send>>,
    stopping: CancellationToken,
    greeted: bool,
    _seat: Seat,
}

impl Events {
    async fn next(&mut self) -> Option<Bytes> {
        // The head goes out at once, so that the browser sees that the stream is open.
        if !std::mem::replace(&mut self.greeted, true) {
            return Some(Bytes::from_static(b": watching\n\n"));
        }
        let told = tokio::select! {
            biased;
            () = &mut self.no_longer => return None,
            () = self.stopping.cancelled() => return None,
            told = self.watching.next() => told?,
            () = tokio::time::sleep(KEEP_ALIVE) => return Some(Bytes::from_static(b": here\n\n")),
        };
        let mut topics = BTreeSet::new();
        take(&mut topics, told);
        let gathering = async {
            while let Some(told) = self.watching.next().await {
                take(&mut topics, told);
            }
        };
        let _ = tokio::time::timeout(GATHER, gathering).await;
        let names: Vec<_> = topics.into_iter().map(Topic::as_str).collect();
        let event = format!("event: changed\ndata: {}\n\n", names.join(" "));
        Some(Bytes::from(event))
    }
}

fn take(topics: &mut BTreeSet<Topic>, told: Told) {
    match told {
        Told::One(topic) => {
            topics.insert(topic);
        }
        Told::Missed => topics.extend(Topic::ALL),
    }
}

/// How many streams each web session has.
static TAKEN: LazyLock<Mutex<HashMap<WebSessionId, usize>>> = LazyLock::new(Mutex::default);

/// One stream of a web session; dropped with it.
struct Seat(WebSessionId);

impl Seat {
    fn take(session: &WebSessionId) -> Result<Self, Error> {
        let mut taken = TAKEN.lock();
        let own = taken.entry(session.clone()).or_default();
        if *own >= MOST {
            let message = format!("{MOST} windows follow what changes already");
            return Err(Error::new(Kind::RateLimited, "too_many_streams", message)
                .with_hint("close some of them; pages show the same without following it"));
        }
        *own += 1;
        Ok(Self(session.clone()))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = TAKEN.lock();
        if let Some(own) = taken.get_mut(&self.0) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.0);
            }
        }
    }
}
