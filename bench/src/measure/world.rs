//! Everything that is compared, running side by side.

use std::net::SocketAddr;

use tempfile::TempDir;

use super::gateway::{Access, Gateway};
use crate::Failure;
use crate::load::Shape;
use crate::message::{ECHO, Message, PUT, RELAYED_ECHO, RELAYED_PUT};
use crate::process::Process;

/// How often an answer of the echo tool holds the token: in the id, in the text and in the
/// structured content.
const ECHOES: usize = 3;

/// The default limit of one principal is far below what a load test sends.
const UNLIMITED: &str = "rate_limit:\n  principal:\n    limit: 0\n";

/// What is put under load.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    pub(crate) shape: Shape,
    process: usize,
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) targets: Vec<Target>,
    processes: Vec<Running>,
    _answer: TempDir,
}

#[derive(Debug)]
enum Running {
    Process(Process),
    Gateway(Gateway),
}

/// The names of the targets, as the report shows them.
pub(crate) mod names {
    pub(crate) const ACTION: &str = "a: Keyway action";
    pub(crate) const ACTION_KEY: &str = "a: Keyway action, API key";
    pub(crate) const RELAY: &str = "b: Keyway relay";
    pub(crate) const RELAY_KEY: &str = "b: Keyway relay, API key";
    pub(crate) const WRITE: &str = "a: Keyway action that may write";
    pub(crate) const RELAY_WRITE: &str = "b: Keyway relay, tool that may write";
    pub(crate) const BARE: &str = "c: bare axum";
    pub(crate) const DIRECT: &str = "d, e: rmcp server";
}

impl World {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let rmcp = Process::start(&["rmcp"])?;
        let servers = [("up".to_owned(), rmcp.address)];
        let mut open = Gateway::start(Access::Open, &servers).await?;
        let keyed = Gateway::start_with(Access::ApiKey, &servers, UNLIMITED).await?;
        let key = keyed.api_key().await?;
        open.until_listed(RELAYED_ECHO).await?;

        let action = Message::call(ECHO, None);
        let action_shape = Shape::learn(open.process.address, &action, ECHOES).await?;
        let answer = tempfile::tempdir()?;
        let file = answer.path().join("answer.json");
        std::fs::write(&file, &action_shape.answer)?;
        let bare = Process::start(&["bare", "--answer", &file.to_string_lossy()])?;

        let (open_at, keyed_at) = (open.process.address, keyed.process.address);
        let (bare_at, rmcp_at) = (bare.address, rmcp.address);
        let relay_with_key = Message::call(RELAYED_ECHO, Some(&key));
        let mut keyed = keyed;
        keyed
            .until("relays", async |address| {
                Shape::learn(address, &relay_with_key, ECHOES).await.is_ok()
            })
            .await?;
        let relay = Message::call(RELAYED_ECHO, None);
        let action_with_key = Message::call(ECHO, Some(&key));
        let mut targets = Vec::new();
        for (name, address, message, process) in [
            (names::ACTION, open_at, &action, 0),
            (names::BARE, bare_at, &action, 2),
            (names::ACTION_KEY, keyed_at, &action_with_key, 1),
            (names::DIRECT, rmcp_at, &action, 3),
            (names::RELAY, open_at, &relay, 0),
            (names::RELAY_KEY, keyed_at, &relay_with_key, 1),
            (names::WRITE, open_at, &Message::call(PUT, None), 0),
            (
                names::RELAY_WRITE,
                open_at,
                &Message::call(RELAYED_PUT, None),
                0,
            ),
        ] {
            let shape = Shape::learn(address, message, ECHOES)
                .await
                .map_err(|failure| format!("{name}: {failure}"))?;
            targets.push(Target {
                name,
                address,
                shape,
                process,
            });
        }
        Ok(Self {
            targets,
            processes: vec![
                Running::Gateway(open),
                Running::Gateway(keyed),
                Running::Process(bare),
                Running::Process(rmcp),
            ],
            _answer: answer,
        })
    }

    /// CPU time the target's process spent so far, in microseconds.
    pub(crate) fn cpu(&self, target: &Target) -> Result<f64, Failure> {
        match self
            .processes
            .get(target.process)
            .ok_or("no such process")?
        {
            Running::Process(process) => process.cpu(),
            Running::Gateway(gateway) => gateway.process.cpu(),
        }
    }
}
