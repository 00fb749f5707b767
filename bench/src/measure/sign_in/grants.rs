//! The list of all grants, when there are many.

use futures_util::future::try_join_all;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::party::Party;
use super::{Effort, median};
use crate::Failure;
use crate::http::{Connection, is_ok};
use crate::report::Figure;

const WORKERS: usize = 8;

/// The most of one page.
const PAGE: usize = 1_000;
/// Of one page, unless it is said.
const USUAL: usize = 100;

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    grants: Vec<&'a RawValue>,
    next: Option<String>,
}

pub(super) async fn run(effort: &Effort) -> Result<Vec<Figure>, Failure> {
    let party = Party::start().await?;
    let grants = effort.grants;
    let drivers = (0..WORKERS).map(async |worker| {
        let mut connection = Connection::open(party.address()).await?;
        for _ in (worker..grants).step_by(WORKERS) {
            party.flow(&mut connection).await?;
        }
        Ok::<_, Failure>(())
    });
    try_join_all(drivers).await?;
    let (mut all, mut largest, mut usual, mut in_usual) = (vec![], vec![], vec![], vec![]);
    for _ in 0..effort.rounds {
        let pages = list(&party, PAGE, grants).await?;
        all.push(pages.iter().sum());
        largest.extend(pages.first());
        let pages = list(&party, USUAL, grants).await?;
        in_usual.push(pages.iter().sum());
        usual.extend(pages.first());
    }
    Ok(vec![
        Figure::at_most(
            &format!("{grants} grants listed, pages of {PAGE}"),
            median(all),
            "ms",
            50.0,
        ),
        Figure::plain(
            &format!("of that the first page of {PAGE}"),
            median(largest),
            "ms",
        ),
        Figure::plain(
            &format!("{grants} grants listed, pages of {USUAL}"),
            median(in_usual),
            "ms",
        ),
        Figure::plain(
            &format!("of that the first page of {USUAL}"),
            median(usual),
            "ms",
        ),
    ])
}

/// Milliseconds of every page, from the request to the last byte of the answer.
async fn list(party: &Party, page: usize, grants: usize) -> Result<Vec<f64>, Failure> {
    let mut connection = Connection::open(party.address()).await?;
    let (mut times, mut listed, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let request = format!(
            "GET /v1/oauth/grants?limit={page}{cursor} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\r\n",
            party.address(),
            party.key
        );
        let begin = Instant::now();
        let (head, body) = connection.exchange(request.as_bytes()).await?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        if !is_ok(head) {
            return Err(format!("no grants: {}", String::from_utf8_lossy(body)).into());
        }
        let found: Listed<'_> = serde_json::from_slice(body)?;
        listed += found.grants.len();
        match found.next {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    // The consent at the start left a code that nobody turned into tokens.
    if listed != grants {
        return Err(format!("{listed} of {grants} grants are listed").into());
    }
    Ok(times)
}
