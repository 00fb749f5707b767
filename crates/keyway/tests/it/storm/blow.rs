use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use http::Method;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use keyway_store::DeliveryFilter;
use parking_lot::Mutex;
use rustix::process::Signal;
use tokio::sync::watch;

use super::Strength;
use super::places::Places;
use super::plan::{Dice, Event, Plan};
use crate::support::client::Ask;

/// How long a third party waits for an answer.
const ANSWER: Duration = Duration::from_secs(10);
/// Until it sends again what was not answered.
const AGAIN: Duration = Duration::from_millis(150);

/// When something was first sent and first answered with 2xx, on a clock that only counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    pub(super) sent: u64,
    pub(super) answered: u64,
    pub(super) answers: u64,
    pub(super) sends: u64,
}

/// What a storm was like.
pub(super) struct Blown {
    /// By event.
    pub(super) moments: Vec<Moments>,
    requests: u64,
    unanswered: usize,
    kills: usize,
}

impl std::fmt::Debug for Blown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blown")
            .field("requests", &self.requests)
            .field("unanswered", &self.unanswered)
            .field("kills", &self.kills)
            .finish_non_exhaustive()
    }
}

/// What the senders share.
struct Sky<'a> {
    places: &'a Places,
    plan: &'a Plan,
    queue: Mutex<VecDeque<usize>>,
    dice: Mutex<Dice>,
    clock: AtomicU64,
    moments: Mutex<Vec<Moments>>,
    unanswered: AtomicUsize,
    /// Planned requests that were not answered with 2xx yet.
    left: AtomicUsize,
}

/// Sends everything until it is answered, kills the process meanwhile, and waits until all is done.
pub(super) async fn blow(
    places: &Places,
    plan: &Plan,
    strength: &Strength,
    dice: &mut Dice,
) -> Blown {
    let until = tokio::time::Instant::now() + strength.patience;
    let sky = Sky {
        places,
        plan,
        queue: Mutex::new(plan.sends.iter().copied().collect()),
        dice: Mutex::new(Dice(dice.below(u64::MAX))),
        clock: AtomicU64::new(1),
        moments: Mutex::new(vec![Moments::default(); plan.events.len()]),
        unanswered: AtomicUsize::default(),
        left: AtomicUsize::new(plan.sends.len()),
    };
    places.github.set_now(Timestamp::now());
    let mut served = places.serve().await;
    let (tell, at) = watch::channel(served.address);
    let killing = async {
        let mut kills = 0;
        while strength.kills.is_none_or(|most| kills < most) {
            let lives = strength.lives.end - strength.lives.start;
            let lives = strength.lives.start + dice.below(lives);
            tokio::time::sleep(Duration::from_millis(lives)).await;
            if strength.kills.is_none() && sky.is_answered() && is_done(places).await {
                break;
            }
            assert!(tokio::time::Instant::now() < until, "it is never done");
            served.signal(Signal::KILL);
            served.ended().await;
            places.mishap();
            places.github.set_now(Timestamp::now());
            served = places.serve().await;
            tell.send_replace(served.address);
            kills += 1;
        }
        (served, kills)
    };
    let senders = (0..strength.at_once).map(|_| sky.send_all(at.clone(), strength.pace));
    let ((served, kills), _) = tokio::join!(killing, join_all(senders));
    while !is_done(places).await {
        assert!(tokio::time::Instant::now() < until, "it is never done");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    served.stop().await;
    let moments = sky.moments.into_inner();
    Blown {
        requests: moments.iter().map(|one| one.sends).sum(),
        moments,
        unanswered: sky.unanswered.into_inner(),
        kills,
    }
}

/// Whether nothing is to be done any more about what came in.
async fn is_done(places: &Places) -> bool {
    let (store, organization) = places.rows().await;
    let mut done = true;
    for state in ["queued", "running", "retrying"] {
        let filter = DeliveryFilter {
            state: Some(state),
            ..DeliveryFilter::default()
        };
        let left = store.deliveries(&organization, &filter, 1).await.unwrap();
        done &= left.is_empty();
    }
    store.close().await;
    done
}

impl Sky<'_> {
    fn is_answered(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }

    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    async fn send_all(&self, at: watch::Receiver<SocketAddr>, pace: Duration) {
        while !self.is_answered() {
            let next = self.queue.lock().pop_front();
            let Some(number) = next else {
                tokio::time::sleep(AGAIN).await;
                continue;
            };
            let address = *at.borrow();
            if self.send(number, address).await {
                self.left.fetch_sub(1, Ordering::SeqCst);
                tokio::time::sleep(pace).await;
            } else {
                self.unanswered.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(AGAIN).await;
                self.queue.lock().push_back(number);
            }
        }
    }

    /// Sends one request. Whether it was answered with 2xx.
    async fn send(&self, number: usize, address: SocketAddr) -> bool {
        let event = &self.plan.events[number];
        {
            let now = self.now();
            let moments = &mut self.moments.lock()[number];
            moments.sends += 1;
            if moments.sent == 0 {
                moments.sent = now;
            }
        }
        let asked = tokio::time::timeout(ANSWER, self.ask(event, address)).await;
        let answered = asked.unwrap_or(None);
        let refused = answered.filter(|status| (300..500).contains(status));
        assert_eq!(refused, None, "what is signed is taken in");
        let answered = answered.is_some_and(|status| status < 300);
        if answered {
            let now = self.now();
            let moments = &mut self.moments.lock()[number];
            moments.answers += 1;
            if moments.answered == 0 {
                moments.answered = now;
            }
        }
        answered
    }

    /// The status of the answer, where there is one.
    async fn ask(&self, event: &Event, address: SocketAddr) -> Option<u16> {
        let request = event.request(self.places, &mut self.dice.lock());
        let path = self.places.path(event.vendor);
        let mut ask = Ask::new(address, Method::POST, path);
        for (name, value) in &request.headers {
            ask = ask.header(name, value);
        }
        let answer = ask.body(request.body).reach().await.ok()?;
        let status = answer.status().as_u16();
        answer.into_body().collect().await.ok()?;
        Some(status)
    }
}
