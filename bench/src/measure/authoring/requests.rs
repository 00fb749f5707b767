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

pub(super) const CONNECTIONS: usize = 16;

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
        requests(&client, service.address, effort.warm_up).await?;
        let hand = requests(&client, service.address, effort.load).await?;
        alone.calls(effort.warm_up).await?;
        let itself = alone.calls(effort.load).await?;
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

/// Requests a second, each of which is answered rightly.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
async fn requests(
    client: &reqwest::Client,
    service: SocketAddr,
    duration: Duration,
) -> Result<f64, Failure> {
    let begin = Instant::now();
    let end = begin + duration;
    let drivers = (0..CONNECTIONS as u64).map(|number| async move {
        let mut count = 0_u64;
        while Instant::now() < end {
            count += 1;
            let token =
                String::from_utf8_lossy(&token(number * 1_000_000_000 + count)).into_owned();
            let url = format!("http://{service}/echo/{token}");
            let answer: serde_json::Value =
                serde_json::from_slice(&client.get(url).send().await?.bytes().await?)?;
            if answer.get("message").and_then(serde_json::Value::as_str) != Some(&token) {
                return Err::<u64, Failure>("a wrong answer of the service".into());
            }
        }
        Ok(count)
    });
    let counts = try_join_all(drivers).await?;
    Ok(counts.iter().sum::<u64>() as f64 / begin.elapsed().as_secs_f64())
}
