//! Exactly once: a gateway that is killed again and again, while two third parties send it more than it can
//! do, twice, in disorder and by clocks that are wrong, and drop answers about what they took.

mod blow;
mod places;
mod plan;
mod told;

use std::time::Duration;

use blow::blow;
use places::Places;
use plan::{Dice, Plan};

/// How much of a storm it is.
struct Strength {
    seed: u64,
    /// How many requests are planned, copies included. What is not answered with 2xx is sent again.
    sends: usize,
    /// How many events there are in a conversation.
    conversation: usize,
    /// How many requests are under way at once.
    at_once: usize,
    /// The pause of a sender after each request.
    pace: Duration,
    /// How long the process lives, in milliseconds.
    lives: std::ops::Range<u64>,
    /// How often it is killed; until all is done where absent.
    kills: Option<usize>,
    /// Within which time everything is done.
    patience: Duration,
}

#[expect(clippy::print_stderr, reason = "what a long run came to is told")]
async fn endure(strength: Strength) {
    let began = tokio::time::Instant::now();
    let places = Places::new().await;
    let mut dice = Dice(strength.seed);
    let plan = Plan::new(&places, &strength, &mut dice);
    let blown = blow(&places, &plan, &strength, &mut dice).await;
    let told = told::verify(&places, &plan, &blown).await;
    let took = began.elapsed();
    eprintln!("{blown:?}\n{told:?}\nin {took:.0?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_deliveries_and_kills_is_answered_once_and_in_order() {
    endure(Strength {
        seed: 7,
        sends: 150,
        conversation: 7,
        at_once: 8,
        pace: Duration::from_millis(60),
        lives: 200..600,
        kills: Some(3),
        patience: Duration::from_secs(90),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes long; `cargo xtask test --long` runs it"]
async fn twenty_thousand_deliveries_are_each_answered_once_and_in_order() {
    endure(Strength {
        seed: 20_000,
        sends: 20_000,
        conversation: 16,
        at_once: 16,
        pace: Duration::from_millis(250),
        lives: 2_000..5_000,
        kills: None,
        patience: Duration::from_hours(2),
    })
    .await;
}
