//! Load: a closed loop over kept-alive connections that compares every answer, byte by byte, with
//! what it has to be.

mod sample;
mod shape;

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::Instant;

pub(crate) use sample::Sample;
pub(crate) use shape::Shape;

use crate::Failure;
use crate::http::{Connection, is_ok};
use crate::message::{token, write_token};

/// Sends `shape` over this many connections, each as soon as its last answer is there.
pub(crate) async fn run(
    address: SocketAddr,
    shape: &Shape,
    connections: usize,
    duration: Duration,
) -> Result<Sample, Failure> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let begin = Instant::now();
    let end = begin + duration;
    let drivers = open.into_iter().zip(0_u64..).map(|(connection, number)| {
        let first = number * 1_000_000_000;
        drive(connection, shape, first, end)
    });
    let latencies: Vec<Vec<u32>> = try_join_all(drivers).await?;
    Ok(Sample::new(latencies.concat(), begin.elapsed()))
}

/// One connection: latencies in tenths of a microsecond.
async fn drive(
    mut connection: Connection,
    shape: &Shape,
    first: u64,
    end: Instant,
) -> Result<Vec<u32>, Failure> {
    let mut request = shape.request.clone();
    let mut expected = shape.answer.clone();
    let mut latencies = Vec::with_capacity(1 << 16);
    let mut number = first;
    let mut begin = Instant::now();
    while begin < end {
        number += 1;
        write_token(&mut request, &shape.request_places, token(number));
        write_token(&mut expected, &shape.answer_places, token(number));
        let (head, body) = connection.exchange(&request).await?;
        if !is_ok(head) || body != expected {
            return Err(format!(
                "a wrong answer to {}: {}\n{}",
                String::from_utf8_lossy(&token(number)),
                String::from_utf8_lossy(head),
                String::from_utf8_lossy(body)
            )
            .into());
        }
        let now = Instant::now();
        latencies.push(u32::try_from((now - begin).as_nanos() / 100).unwrap_or(u32::MAX));
        begin = now;
    }
    Ok(latencies)
}
