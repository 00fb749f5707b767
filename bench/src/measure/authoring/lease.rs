//! A call of an action that needs a credential, beside the same call of one that needs none.

use super::{Effort, keyway, median};
use crate::Failure;
use crate::load::{self, Shape};
use crate::measure::gateway::{Access, Gateway};
use crate::message::{ECHO, LEASED_ECHO, Message};
use crate::report::Figure;

const ECHOES: usize = 3;

pub(super) async fn run(effort: &Effort) -> Result<Vec<Figure>, Failure> {
    let gateway = Gateway::start(Access::Open, &[]).await?;
    keyway(
        gateway.path(),
        &["credentials", "set", "bench", "--set", "key=@env:BENCH_KEY"],
    )?;
    let address = gateway.process.address;
    let plain = Shape::learn(address, &Message::call(ECHO, None), ECHOES).await?;
    let leased = Shape::learn(address, &Message::call(LEASED_ECHO, None), ECHOES).await?;
    let (mut without, mut added) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        let mut p50 = Vec::new();
        for shape in [&plain, &leased] {
            load::run(address, shape, 1, effort.warm_up).await?;
            p50.push(load::run(address, shape, 1, effort.load).await?.p50);
        }
        if let [plain, leased] = p50[..] {
            without.push(plain);
            added.push(leased - plain);
        }
    }
    Ok(vec![
        Figure::plain("a call without a credential, p50", median(without), "µs"),
        Figure::at_most(
            "added by the lease of a credential, cached",
            median(added),
            "µs",
            20.0,
        ),
    ])
}
