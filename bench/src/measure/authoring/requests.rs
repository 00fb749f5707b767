//! An HTTP action without code, by itself and called over MCP, beside the same request by reqwest alone.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::in_process::InProcess;
use super::{Effort, median};
use crate::Failure;
use crate::load::{self, Shape};
use crate::measure::gateway::{Access, Gateway};
use crate::message::{Message, token};
use crate::process::Process;
use crate::report::Figure;

const CONNECTIONS: usize = 16;

/// In the text and in the structured content.
const ECHOES: usize = 2;

pub(super) const FETCH: &str = "fetch";

pub(super) async fn run(effort: &Effort) -> Result<Vec<Figure>, Failure> {
    let service = Process::start(&["service"])?;
    // JSON is YAML.
    let defined = definition(service.address);
    let actions = defined.get("actions").ok_or("nothing is defined")?;
    let defined = format!("actions: {actions}\n");
    let gateway = Gateway::start_with(Access::Open, &[], &defined).await?;
    let alone = InProcess::new(service.address)?;
    let address = gateway.process.address;
    let shape = Shape::learn(address, &Message::call(FETCH, None), ECHOES).await?;
    let client = client()?;
    let (mut by_action, mut by_hand, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut by_itself, mut own_ratios) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        load::run(address, &shape, CONNECTIONS, effort.warm_up).await?;
        let action = load::run(address, &shape, CONNECTIONS, effort.load).await?;
        let asked = async |token: &str| ask(&client, service.address, token).await;
        per_second(effort.warm_up, asked).await?;
        let hand = per_second(effort.load, asked).await?;
        let alone = async |token: &str| alone.call(token).await;
        per_second(effort.warm_up, alone).await?;
        let itself = per_second(effort.load, alone).await?;
        by_itself.push(itself);
        own_ratios.push(itself / hand);
        by_action.push(action.per_second);
        by_hand.push(hand);
        ratios.push(action.per_second / hand);
    }
    Ok(vec![
        Figure::plain("HTTP action over MCP, 16 at once", median(by_action), "/s"),
        Figure::plain("reqwest by hand, 16 at once", median(by_hand), "/s"),
        Figure::plain("HTTP action over MCP / reqwest", median(ratios), ""),
        Figure::plain("HTTP action by itself, 16 at once", median(by_itself), "/s"),
        Figure::at_least(
            "HTTP action by itself / reqwest",
            median(own_ratios),
            "",
            0.5,
        ),
    ])
}

#[expect(
    clippy::disallowed_methods,
    reason = "what Keyway's own way out is compared to"
)]
fn client() -> Result<reqwest::Client, Failure> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

/// The action, as it is defined without code.
pub(super) fn definition(service: SocketAddr) -> Value {
    let message = json!({ "type": "object", "properties": { "message": { "type": "string" } } });
    json!({ "actions": { FETCH: {
        "description": "Asks the service",
        "read_only": true,
        "expose": ["mcp"],
        "input": message,
        "output": message,
        "http": { "url": format!("http://{service}/echo/{{{{ input.message }}}}") },
    } } })
}

/// Asks the service, and sees that it answers rightly.
async fn ask(client: &reqwest::Client, service: SocketAddr, token: &str) -> Result<(), Failure> {
    let url = format!("http://{service}/echo/{token}");
    let answer: Value = serde_json::from_slice(&client.get(url).send().await?.bytes().await?)?;
    match answer.get("message").and_then(Value::as_str) {
        Some(message) if message == token => Ok(()),
        _ => Err("a wrong answer of the service".into()),
    }
}

/// How often something was done in a second, by several at once, each time with another token.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
async fn per_second(
    duration: Duration,
    once: impl AsyncFn(&str) -> Result<(), Failure>,
) -> Result<f64, Failure> {
    let (begin, once) = (Instant::now(), &once);
    let end = begin + duration;
    let drivers = (0..CONNECTIONS as u64).map(|number| async move {
        let mut count = 0_u64;
        while Instant::now() < end {
            count += 1;
            let token = token(number * 1_000_000_000 + count);
            once(&String::from_utf8_lossy(&token)).await?;
        }
        Ok::<u64, Failure>(count)
    });
    let counts = try_join_all(drivers).await?;
    Ok(counts.iter().sum::<u64>() as f64 / begin.elapsed().as_secs_f64())
}
