//! Webhooks: how fast they are taken in, how long until an agent's model is asked, and what sessions take
//! that wait.

mod desk;
mod model;

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::median;
use crate::Failure;
use crate::http::Connection;
use crate::report::Figure;
use desk::{Address, Desk};
use model::Model;

/// How long everything that was taken in may take to be done, or to be begun.
const PATIENCE: Duration = Duration::from_mins(5);
const KIB_PER_MIB: f64 = 1024.0;

/// How much is measured.
#[derive(Debug)]
pub(super) struct Effort {
    rounds: usize,
    load: Duration,
    connections: usize,
    /// The same while agents are busy: what vendors send, rather than all that can be taken in.
    beside: usize,
    /// Deliveries whose way to the model is timed, in each round.
    timed: usize,
    /// Sessions that wait.
    sessions: usize,
}

impl Effort {
    pub(super) fn full(rounds: usize) -> Self {
        Self {
            rounds,
            load: Duration::from_secs(2),
            connections: 64,
            beside: 16,
            timed: 100,
            sessions: 1_000,
        }
    }

    pub(super) fn smoke() -> Self {
        Self {
            rounds: 1,
            load: Duration::from_millis(200),
            connections: 4,
            beside: 2,
            timed: 3,
            sessions: 8,
        }
    }
}

pub(super) async fn run(effort: &Effort) -> Result<Vec<Figure>, Failure> {
    eprintln!("webhooks");
    let mut figures = accepting(effort).await?;
    figures.push(dispatching(effort).await?);
    figures.push(idle(effort).await?);
    figures.push(thinking(effort).await?);
    Ok(figures)
}

/// Deliveries that are taken in while agents wait for their model, and while they are busy.
async fn accepting(effort: &Effort) -> Result<Vec<Figure>, Failure> {
    let (mut rates, mut calm, mut busy, mut busy_rates) = (vec![], vec![], vec![], vec![]);
    for _ in 0..effort.rounds {
        for answers in [false, true] {
            let model = Model::start()?;
            model.answers(answers);
            let desk = Desk::open(&model, 16).await?;
            let at_once = if answers {
                effort.beside
            } else {
                effort.connections
            };
            let sample = load(&desk.address, at_once, effort.load).await?;
            let (rate, slowest) = if answers {
                (&mut busy_rates, &mut busy)
            } else {
                (&mut rates, &mut calm)
            };
            rate.push(sample.per_second);
            slowest.push(sample.p99);
        }
    }
    let (at_once, beside) = (effort.connections, effort.beside);
    Ok(vec![
        Figure::at_least(
            &format!("taken in and on disk, {at_once} at once"),
            median(rates),
            "/s",
            1_500.0,
        ),
        Figure::at_most("p99 of that", median(calm), "ms", 50.0),
        Figure::plain(
            &format!("the same, {beside} at once, while 16 agents answer without a pause"),
            median(busy_rates),
            "/s",
        ),
        Figure::at_most("p99 of that", median(busy), "ms", 50.0),
    ])
}

/// From sending a delivery to the first request to the model, nothing else going on.
async fn dispatching(effort: &Effort) -> Result<Figure, Failure> {
    let mut model = Model::start()?;
    model.answers(true);
    let desk = Desk::open(&model, 16).await?;
    let mut connection = Connection::open(desk.address.socket).await?;
    let mut took = Vec::new();
    for number in 0..effort.rounds * effort.timed {
        let request = desk.address.request(&format!("timed-{number}"));
        let begin = Instant::now();
        desk.address.send(&mut connection, &request).await?;
        let asked = tokio::time::timeout(PATIENCE, model.next_request()).await?;
        let asked = asked.ok_or("the model is gone")?;
        took.push(asked.duration_since(begin).as_secs_f64() * 1e3);
        // The turn ends, and so does what is written about it.
        sleep(Duration::from_millis(20)).await;
    }
    Ok(Figure::at_most(
        "from sending it to the model's first request, median",
        median(took),
        "ms",
        20.0,
    ))
}

/// Sessions that were answered and wait for what comes next.
async fn idle(effort: &Effort) -> Result<Figure, Failure> {
    let mut model = Model::start()?;
    model.answers(true);
    let desk = Desk::open(&model, 16).await?;
    let before = begin(&desk, &mut model, 0..effort.sessions.div_ceil(100)).await?;
    let after = begin(
        &desk,
        &mut model,
        effort.sessions.div_ceil(100)..effort.sessions,
    )
    .await?;
    let name = format!("{} sessions that wait for an event", effort.sessions);
    Ok(Figure::at_most(&name, after - before, "MiB", 50.0))
}

/// Sessions whose turns wait for their model, all at once.
async fn thinking(effort: &Effort) -> Result<Figure, Failure> {
    let mut model = Model::start()?;
    let desk = Desk::open(&model, effort.sessions).await?;
    // What the first ones of all need is not theirs.
    let first = effort.sessions.div_ceil(100);
    let before = begin(&desk, &mut model, 0..first).await?;
    let after = begin(&desk, &mut model, first..effort.sessions).await?;
    let name = format!(
        "{} sessions whose model is thinking, at once",
        effort.sessions
    );
    Ok(Figure::plain(&name, after - before, "MiB"))
}

/// Begins sessions and waits until the model was asked by each, and for its answers where it gives any.
/// Answers the memory that is resident then, in MiB.
async fn begin(
    desk: &Desk,
    model: &mut Model,
    numbers: std::ops::Range<usize>,
) -> Result<f64, Failure> {
    let mut connection = Connection::open(desk.address.socket).await?;
    let many = numbers.len();
    for number in numbers {
        let request = desk.address.request(&format!("session-{number}"));
        desk.address.send(&mut connection, &request).await?;
    }
    let asked = async {
        for _ in 0..many {
            model.next_request().await.ok_or("the model is gone")?;
        }
        Ok::<_, Failure>(())
    };
    tokio::time::timeout(PATIENCE, asked).await??;
    if model.is_answering() {
        desk.until_answered(PATIENCE).await?;
    }
    Ok(desk.gateway.process.resident()? / KIB_PER_MIB)
}

/// What a load showed.
struct Sample {
    per_second: f64,
    /// In milliseconds.
    p99: f64,
}

/// Sends deliveries, each another one in a conversation of its own, over kept connections.
async fn load(address: &Address, at_once: usize, long: Duration) -> Result<Sample, Failure> {
    let mut running: JoinSet<Result<Vec<f64>, String>> = JoinSet::new();
    let begin = Instant::now();
    let end = begin + long;
    for lane in 0..at_once {
        let address = address.clone();
        running.spawn(async move {
            let failed = |failure: Failure| failure.to_string();
            let connection = Connection::open(address.socket).await;
            let mut connection = connection.map_err(|error| error.to_string())?;
            let mut took = Vec::new();
            while Instant::now() < end {
                let request = address.request(&format!("{lane}-{}", took.len()));
                let sent = Instant::now();
                let sending = address.send(&mut connection, &request).await;
                sending.map_err(failed)?;
                took.push(sent.elapsed().as_secs_f64() * 1e3);
            }
            Ok(took)
        });
    }
    let mut took = Vec::new();
    for lane in running.join_all().await {
        took.extend(lane?);
    }
    let seconds = begin.elapsed().as_secs_f64();
    took.sort_by(f64::total_cmp);
    let last = took.len().saturating_sub(1);
    #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
    let per_second = took.len() as f64 / seconds;
    Ok(Sample {
        per_second,
        p99: took.get(last * 99 / 100).copied().unwrap_or(f64::NAN),
    })
}
