use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use keyway_core::json;
use keyway_core::ports::Caller;
use keyway_core::rpc::RawJson;
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::failure::Failure;
use super::wait::AskClock;
use crate::wire::meta::Meta;

/// What a server answered: its `result`, or why there is none.
pub(super) type Outcome = Result<RawJson, Failure>;

/// How long a call that was given up counts as one that may still speak.
const GHOST: Duration = Duration::from_secs(30);

/// The most calls of that kind that are remembered.
const GHOSTS: usize = 4096;

/// The side that made a call, for as long as the call runs.
pub(super) struct Side {
    pub(super) caller: Arc<dyn Caller>,
    pub(super) clock: AskClock,
    /// Cancelled when the call is over, however it ended.
    pub(super) over: CancellationToken,
}

impl Side {
    pub(super) fn new(caller: &Arc<dyn Caller>) -> Arc<Self> {
        Arc::new(Self {
            caller: Arc::clone(caller),
            clock: AskClock::default(),
            over: CancellationToken::new(),
        })
    }
}

/// The requests under way on one connection that several callers share.
///
/// Such a connection carries what a server says beside its answers on one channel. Whose call it
/// belongs to is decided here, and never guessed: see [`Flights::whose`].
#[derive(Default)]
pub(super) struct Flights {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    open: HashMap<u64, Flight>,
    /// Calls that were given up without an answer, and when: the server may still be at them.
    ghosts: VecDeque<(u64, Instant)>,
    closed: bool,
}

struct Flight {
    side: Option<Arc<Side>>,
    answer: Option<oneshot::Sender<Outcome>>,
}

impl Flights {
    /// Notes a request. `side` is absent for requests of our own, and the answer is sent to
    /// `answer` where it comes on the shared channel. `None` once the connection is gone.
    pub(super) fn open(
        self: &Arc<Self>,
        id: u64,
        side: Option<Arc<Side>>,
        answer: Option<oneshot::Sender<Outcome>>,
    ) -> Option<Landing> {
        let mut inner = self.inner.lock();
        if inner.closed {
            return None;
        }
        inner.open.insert(id, Flight { side, answer });
        Some(Landing {
            flights: Arc::clone(self),
            id,
            answered: false,
        })
    }

    /// Hands an answer to the one who waits for it. False when nobody does.
    pub(super) fn answer(&self, id: u64, outcome: Outcome) -> bool {
        let answer = {
            let mut inner = self.inner.lock();
            inner.ghosts.retain(|(ghost, _)| *ghost != id);
            inner
                .open
                .get_mut(&id)
                .and_then(|flight| flight.answer.take())
        };
        answer.is_some_and(|answer| answer.send(outcome).is_ok())
    }

    /// Whose call a message belongs to that came beside the answers:
    ///
    /// 1. the call whose progress token it names, if it names one;
    /// 2. else the only call there is, when nothing that was given up lately could be meant;
    /// 3. else nobody's: it is refused, since telling the wrong caller would leak.
    pub(super) fn whose(&self, params: Option<&RawJson>) -> Option<Arc<Side>> {
        if let Some(token) = params.and_then(token_of) {
            return self.by_id(token);
        }
        let mut inner = self.inner.lock();
        let now = Instant::now();
        while inner
            .ghosts
            .front()
            .is_some_and(|(_, since)| now.duration_since(*since) > GHOST)
        {
            inner.ghosts.pop_front();
        }
        if !inner.ghosts.is_empty() {
            return None;
        }
        let mut sides = inner
            .open
            .values()
            .filter_map(|flight| flight.side.as_ref());
        let only = sides.next()?;
        sides.next().is_none().then(|| Arc::clone(only))
    }

    /// Whose call a server's request belongs to that came beside the answers.
    ///
    /// `roots/list` is only ever put to the call whose progress token it names. Servers ask it in
    /// the background, of the connection as a whole, and keep the answer: given by whichever call
    /// happens to run, it would show one caller's folders to all.
    pub(super) fn asked_of(&self, method: &str, params: Option<&RawJson>) -> Option<Arc<Side>> {
        match method {
            "roots/list" => self.by_id(params.and_then(token_of)?),
            _ => self.whose(params),
        }
    }

    /// The side of the call with this id.
    pub(super) fn by_id(&self, id: u64) -> Option<Arc<Side>> {
        self.inner.lock().open.get(&id)?.side.clone()
    }

    /// Ends every wait: the connection is gone.
    pub(super) fn close(&self) {
        let open = {
            let mut inner = self.inner.lock();
            inner.closed = true;
            inner.ghosts.clear();
            std::mem::take(&mut inner.open)
        };
        drop(open);
    }
}

/// A request under way; dropping it ends it.
pub(super) struct Landing {
    flights: Arc<Flights>,
    id: u64,
    answered: bool,
}

impl Landing {
    /// The request got its answer: nothing more is to be expected of it.
    pub(super) fn answered(&mut self) {
        self.answered = true;
    }

    /// True when the request is given up without an answer.
    pub(super) fn is_given_up(&self) -> bool {
        !self.answered
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        let flight = {
            let mut inner = self.flights.inner.lock();
            let flight = inner.open.remove(&self.id);
            if !self.answered && flight.as_ref().is_some_and(|flight| flight.side.is_some()) {
                if inner.ghosts.len() == GHOSTS {
                    inner.ghosts.pop_front();
                }
                inner.ghosts.push_back((self.id, Instant::now()));
            }
            flight
        };
        if let Some(side) = flight.and_then(|flight| flight.side) {
            side.over.cancel();
        }
    }
}

/// The id of our request that a message names as its progress token.
fn token_of(params: &RawJson) -> Option<u64> {
    if let Some(token) = json::member(params.as_str(), "progressToken") {
        return Some(token.value.parse().unwrap_or(u64::MAX));
    }
    let token = Meta::of(params.as_str()).progress_token?;
    Some(token.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use keyway_core::ports::NoCaller;

    use super::*;

    fn side() -> Arc<Side> {
        let caller: Arc<dyn Caller> = Arc::new(NoCaller);
        Side::new(&caller)
    }

    #[test]
    fn roots_are_asked_only_of_the_call_that_is_named() {
        let flights = Arc::new(Flights::default());
        let _only = flights.open(1, Some(side()), None).unwrap();
        assert!(flights.asked_of("elicitation/create", None).is_some());
        assert!(flights.asked_of("roots/list", None).is_none());
        assert!(flights.asked_of("roots/list", Some(&named("1"))).is_some());
        assert!(flights.asked_of("roots/list", Some(&named("2"))).is_none());
    }

    fn named(token: &str) -> RawJson {
        RawJson::parse(format!(r#"{{"_meta":{{"progressToken":{token}}}}}"#).into()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_is_given_to_the_only_call_or_to_the_one_it_names() {
        let flights = Arc::new(Flights::default());
        assert!(flights.whose(None).is_none());
        let (first, second) = (side(), side());
        let one = flights.open(1, Some(Arc::clone(&first)), None).unwrap();
        let own = flights.open(9, None, None).unwrap();
        assert!(Arc::ptr_eq(&flights.whose(None).unwrap(), &first));
        let mut two = flights.open(2, Some(Arc::clone(&second)), None).unwrap();
        assert!(flights.whose(None).is_none(), "two could be meant");
        assert!(Arc::ptr_eq(
            &flights.whose(Some(&named("2"))).unwrap(),
            &second
        ));
        assert!(flights.whose(Some(&named("3"))).is_none());
        assert!(flights.whose(Some(&named("\"x\""))).is_none());
        two.answered();
        drop((two, own));
        assert!(second.over.is_cancelled());
        assert!(flights.whose(None).is_some());

        drop(one);
        let third = flights.open(3, Some(side()), None).unwrap();
        assert!(
            flights.whose(None).is_none(),
            "the one given up could be meant"
        );
        tokio::time::advance(GHOST + Duration::from_secs(1)).await;
        assert!(flights.whose(None).is_some());
        drop(third);
    }
}
