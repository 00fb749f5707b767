//! Who is asking: what an access token costs a call, how fast clients get one, and the list of
//! those that have one.

mod calls;
mod flows;
mod grants;
mod party;

use std::time::Duration;

use super::median;
use crate::Failure;
use crate::report::Figure;
use party::Party;

/// How much is measured.
#[derive(Debug)]
pub(super) struct Effort {
    pub(super) rounds: usize,
    pub(super) load: Duration,
    pub(super) warm_up: Duration,
    /// How many fresh tokens are tried.
    pub(super) tokens: usize,
    /// How many grants are listed.
    pub(super) grants: usize,
}

impl Effort {
    pub(super) fn full(rounds: usize) -> Self {
        Self {
            rounds,
            load: Duration::from_secs(1),
            warm_up: Duration::from_millis(200),
            tokens: 200,
            grants: 10_000,
        }
    }

    pub(super) fn smoke() -> Self {
        Self {
            rounds: 1,
            load: Duration::from_millis(100),
            warm_up: Duration::from_millis(20),
            tokens: 5,
            grants: 20,
        }
    }
}

pub(super) async fn run(effort: &Effort) -> Result<Vec<Figure>, Failure> {
    eprintln!("calls with a token");
    let party = Party::start().await?;
    let mut figures = calls::run(effort, &party).await?;
    eprintln!("authorize and token");
    figures.extend(flows::run(effort, &party).await?);
    drop(party);
    eprintln!("lists of grants");
    figures.extend(grants::run(effort).await?);
    Ok(figures)
}
