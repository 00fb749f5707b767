//! How many clients a second get a token.

use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::party::Party;
use super::{Effort, median};
use crate::Failure;
use crate::http::Connection;
use crate::report::Figure;

/// How many browsers are at it at once, and what is to be reached.
const WORKERS: [(usize, Option<f64>); 2] = [(1, None), (8, Some(300.0))];

pub(super) async fn run(effort: &Effort, party: &Party) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    let mut rates = WORKERS.map(|_| Vec::new());
    for _ in 0..effort.rounds {
        for ((workers, _), rates) in WORKERS.iter().zip(&mut rates) {
            rates.push(rate(effort, party, *workers).await?);
        }
    }
    for ((workers, goal), rates) in WORKERS.into_iter().zip(rates) {
        let name = format!("authorize and token, {workers} at once");
        figures.push(match goal {
            Some(goal) => Figure::at_least(&name, median(rates), "flows/s", goal),
            None => Figure::plain(&name, median(rates), "flows/s"),
        });
    }
    Ok(figures)
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
async fn rate(effort: &Effort, party: &Party, workers: usize) -> Result<f64, Failure> {
    let mut open = Vec::new();
    for _ in 0..workers {
        open.push(Connection::open(party.address()).await?);
    }
    let begin = Instant::now();
    let end = begin + effort.load;
    let drivers = open.into_iter().map(async |mut connection| {
        let mut done = 0_usize;
        while Instant::now() < end {
            party.flow(&mut connection).await?;
            done += 1;
        }
        Ok::<_, Failure>(done)
    });
    let done: usize = try_join_all(drivers).await?.into_iter().sum();
    Ok(done as f64 / begin.elapsed().as_secs_f64())
}
