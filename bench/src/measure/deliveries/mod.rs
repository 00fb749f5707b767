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
            timed: 100,
            sessions: 1_000,
        }
    }

    pub(super) fn smoke() -> Self {
        Self {
            rounds: 1,
            load: Duration::from_millis(200),
            connections: 4,
            timed: 3,
            sessions: 8,
        }
    }
}

pub(super) async fn run(effort: &Effort) -> Result<Vec<Figure>, Failure> {
    eprintln!("webhooks");
    let mut figures = accepting(effort).await?;
    figures.push(dispatching(effort).await?);
    figures.extend(waiting(effort).await?);
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
            let sample = load(&desk.address, effort).await?;
            let (rate, slowest) = if answers {
                (&mut busy_rates, &mut busy)
            } else {
                (&mut rates, &mut calm)
            };
            rate.push(sample.per_second);
            slowest.push(sample.p99);
        }
    }
    let at_once = effort.connections;
    Ok(vec![
        Figure::at_least(
            &format!("taken in and on disk, {at_once} at once"),
            median(rates),
            "/s",
            1_500.0,
        ),
        Figure::at_most("p99 of that", median(calm), "ms", 50.0),
        Figure::plain(
            "the same while 16 agents answer without a pause",
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

/// Sessions whose turns wait for their model, and the same sessions once they are answered.
async fn waiting(effort: &Effort) -> Result<Vec<Figure>, Failure> {
    let many = effort.sessions;
    let mut model = Model::start()?;
    model.answers(false);
    let desk = Desk::open(&model, many).await?;
    let resident = || Ok::<_, Failure>(desk.gateway.process.resident()? / KIB_PER_MIB);
    // What the first ones of all need is not theirs.
    let mut connection = Connection::open(desk.address.socket).await?;
    let mut send = async |name: String| {
        let request = desk.address.request(&name);
        desk.address.send(&mut connection, &request).await
    };
    for number in 0..many.div_ceil(100) {
        send(format!("first-{number}")).await?;
        model.next_request().await.ok_or("the model is gone")?;
    }
    let before = resident()?;
    let warm = many.div_ceil(100);
    for number in warm..many {
        send(format!("waits-{number}")).await?;
    }
    let begun = async {
        for _ in warm..many {
            model.next_request().await.ok_or("the model is gone")?;
        }
        Ok::<_, Failure>(())
    };
    tokio::time::timeout(PATIENCE, begun).await??;
    let waiting = resident()?;
    model.answers(true);
    desk.until_answered(many, PATIENCE).await?;
    let idle = resident()?;
    Ok(vec![
        Figure::at_most(
            &format!("{many} sessions that wait for their model"),
            waiting - before,
            "MiB",
            50.0,
        ),
        Figure::at_most(
            &format!("{many} sessions that wait for an event"),
            idle - before,
            "MiB",
            50.0,
        ),
    ])
}

/// What a load showed.
struct Sample {
    per_second: f64,
    /// In milliseconds.
    p99: f64,
}

/// Sends deliveries, each another one in a conversation of its own, over kept connections.
async fn load(address: &Address, effort: &Effort) -> Result<Sample, Failure> {
    let mut running: JoinSet<Result<Vec<f64>, String>> = JoinSet::new();
    let begin = Instant::now();
    let end = begin + effort.load;
    for lane in 0..effort.connections {
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
