//! Resident memory.

use tokio::time::sleep;

use super::Plan;
use super::gateway::{Access, Gateway};
use crate::Failure;
use crate::http;
use crate::message;
use crate::process::Process;
use crate::report::Figure;

const UPSTREAMS: usize = 10;
const KIB_PER_MIB: f64 = 1024.0;

/// A gateway with ten servers of twenty tools, asked nothing.
pub(super) async fn idle(plan: &Plan) -> Result<Figure, Failure> {
    eprintln!("idle memory");
    let server = Process::start(&["plain", "--tools", "20"])?;
    let servers: Vec<_> = (0..UPSTREAMS)
        .map(|number| (format!("up{number}"), server.address))
        .collect();
    let mut gateway = Gateway::start(Access::Open, &servers).await?;
    for (name, _) in &servers {
        gateway
            .until_listed(&format!("mcp__{name}__tool_0019"))
            .await?;
    }
    settle(plan).await;
    let resident = gateway.process.resident()? / KIB_PER_MIB;
    Ok(Figure::at_most(
        "idle, 10 upstreams of 20 tools",
        resident,
        "MiB",
        40.0,
    ))
}

/// A gateway that holds many MCP sessions of the older revisions.
pub(super) async fn sessions(plan: &Plan) -> Result<Vec<Figure>, Failure> {
    eprintln!("{} MCP sessions", plan.sessions);
    let gateway = Gateway::start(Access::Open, &[]).await?;
    let address = gateway.process.address;
    let before = gateway.process.resident()? / KIB_PER_MIB;
    let request = message::initialize();
    for number in 0..plan.sessions {
        let (head, body) = http::once(address, &request).await?;
        if !http::is_ok(&head) || http::header(&head, b"mcp-session-id").is_none() {
            return Err(format!(
                "session {number} was not opened: {}{}",
                String::from_utf8_lossy(&head),
                String::from_utf8_lossy(&body)
            )
            .into());
        }
    }
    settle(plan).await;
    let after = gateway.process.resident()? / KIB_PER_MIB;
    let name = format!("{} legacy MCP sessions", plan.sessions);
    Ok(vec![
        Figure::at_most(&name, after, "MiB", 80.0),
        Figure::plain("of that before the first session", before, "MiB"),
    ])
}

async fn settle(plan: &Plan) {
    sleep(plan.load).await;
}
