//! From the start of the process to the first answer.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::gateway::{Access, launch};
use super::{Plan, median};
use crate::Failure;
use crate::http;
use crate::message::{ECHO, Message};
use crate::report::Figure;

const PATIENCE: Duration = Duration::from_mins(1);

/// The first start, which creates everything, and later ones.
pub(super) async fn run(plan: &Plan) -> Result<Vec<Figure>, Failure> {
    eprintln!("start-up");
    let mut first = Vec::new();
    let mut again = Vec::new();
    for _ in 0..plan.starts {
        let directory = tempfile::tempdir()?;
        let begin = Instant::now();
        let process = launch(&directory, Access::Open, &[])?;
        answered(process.address).await?;
        first.push(begin.elapsed().as_secs_f64() * 1e3);
        drop(process);

        let begin = Instant::now();
        let process = launch(&directory, Access::Open, &[])?;
        answered(process.address).await?;
        again.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    Ok(vec![
        Figure::at_most("start to first answer", median(again), "ms", 100.0),
        Figure::plain("first start of all to first answer", median(first), "ms"),
    ])
}

async fn answered(address: SocketAddr) -> Result<(), Failure> {
    let deadline = Instant::now() + PATIENCE;
    let call = Message::call(ECHO, None);
    while Instant::now() < deadline {
        if let Ok((head, _)) = http::once(address, &call.bytes).await
            && http::is_ok(&head)
        {
            return Ok(());
        }
        sleep(Duration::from_millis(1)).await;
    }
    Err("no answer after the start".into())
}
