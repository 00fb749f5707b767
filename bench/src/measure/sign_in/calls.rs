//! What it costs a call to say who is asking.

use tokio::time::Instant;

use super::party::{Party, UNLIMITED};
use super::{Effort, median};
use crate::Failure;
use crate::http::{Connection, is_ok};
use crate::load::{self, Shape};
use crate::measure::gateway::{Access, Gateway};
use crate::message::{ECHO, Message};
use crate::report::Figure;

/// How often the answer holds the token of the request.
const ECHOES: usize = 3;

/// A call of nobody, with an API key and with an access token, in turn; then the first and the
/// second call of many fresh tokens.
pub(super) async fn run(effort: &Effort, party: &Party) -> Result<Vec<Figure>, Failure> {
    let open = Gateway::start_with(Access::Open, &[], UNLIMITED).await?;
    let (open_at, address) = (open.process.address, party.address());
    let mut connection = Connection::open(address).await?;
    let token = party.flow(&mut connection).await?;
    let nobody = Message::call(ECHO, None).at(open_at);
    let keyed = Message::call(ECHO, Some(&party.key)).at(address);
    let bearing = Message::call(ECHO, Some(&token)).at(address);
    let targets = [
        (open_at, Shape::learn(open_at, &nobody, ECHOES).await?),
        (address, Shape::learn(address, &keyed, ECHOES).await?),
        (address, Shape::learn(address, &bearing, ECHOES).await?),
    ];
    let mut rounds = Vec::new();
    for _ in 0..effort.rounds {
        let mut p50 = Vec::new();
        for (at, shape) in &targets {
            load::run(*at, shape, 1, effort.warm_up).await?;
            p50.push(load::run(*at, shape, 1, effort.load).await?.p50);
        }
        if let [nobody, keyed, bearing] = p50.as_slice() {
            rounds.push([*nobody, *keyed, *bearing]);
        }
    }
    let over = |figure: fn(&[f64; 3]) -> f64| median(rounds.iter().map(figure).collect());
    let mut figures = vec![
        Figure::plain("a call of nobody (no auth), p50", over(|[n, ..]| *n), "µs"),
        Figure::plain("a call with an API key, p50", over(|[_, k, _]| *k), "µs"),
        Figure::plain("a call with an access token, p50", over(|[.., t]| *t), "µs"),
        Figure::plain("added by an API key", over(|[n, k, _]| k - n), "µs"),
        Figure::at_most(
            "added by an access token, known",
            over(|[n, _, t]| t - n),
            "µs",
            15.0,
        ),
    ];
    figures.extend(fresh(effort, party, open_at, &nobody.bytes).await?);
    Ok(figures)
}

/// The first call of a token looks into the database, the second does not.
async fn fresh(
    effort: &Effort,
    party: &Party,
    open_at: std::net::SocketAddr,
    nobody: &[u8],
) -> Result<Vec<Figure>, Failure> {
    let address = party.address();
    let mut connection = Connection::open(address).await?;
    let mut requests = Vec::new();
    for _ in 0..effort.tokens {
        let token = party.flow(&mut connection).await?;
        requests.push(Message::call(ECHO, Some(&token)).at(address).bytes);
    }
    let mut other = Connection::open(open_at).await?;
    let (mut over_known, mut over_nobody) = (Vec::new(), Vec::new());
    for request in &requests {
        let nobody = timed(&mut other, nobody).await?;
        let first = timed(&mut connection, request).await?;
        let second = timed(&mut connection, request).await?;
        over_known.push(first - second);
        over_nobody.push(first - nobody);
    }
    Ok(vec![
        Figure::at_most(
            "added by an access token, fresh",
            median(over_nobody),
            "µs",
            200.0,
        ),
        Figure::plain(
            "the first call of a token, over its second",
            median(over_known),
            "µs",
        ),
    ])
}

async fn timed(connection: &mut Connection, request: &[u8]) -> Result<f64, Failure> {
    let begin = Instant::now();
    let (head, body) = connection.exchange(request).await?;
    let took = begin.elapsed().as_secs_f64() * 1e6;
    if !is_ok(head) || memchr::memmem::find(body, br#""error""#).is_some() {
        let body = String::from_utf8_lossy(body);
        return Err(format!("a call with a fresh token: {body}").into());
    }
    Ok(took)
}
