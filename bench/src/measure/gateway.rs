//! Keyway with a configuration of its own in a directory of its own.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::Failure;
use crate::http;
use crate::message::Message;
use crate::process::{Process, free_address};

/// How long a gateway may take to be ready.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running gateway.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) process: Process,
    directory: TempDir,
}

/// Who may call a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Open,
    ApiKey,
}

impl Gateway {
    /// Starts a gateway before these servers and waits until it answers.
    pub(crate) async fn start(
        access: Access,
        servers: &[(String, SocketAddr)],
    ) -> Result<Self, Failure> {
        Self::start_with(access, servers, "").await
    }

    /// The same with more lines in its configuration.
    pub(crate) async fn start_with(
        access: Access,
        servers: &[(String, SocketAddr)],
        more: &str,
    ) -> Result<Self, Failure> {
        let directory = tempfile::tempdir()?;
        let process = launch_with(&directory, access, servers, more)?;
        let mut gateway = Self { process, directory };
        gateway
            .until("answers", async |address| {
                http::once(address, &Message::list(None).bytes)
                    .await
                    .is_ok()
            })
            .await?;
        Ok(gateway)
    }

    /// The one API key, shown at the first start.
    pub(crate) async fn api_key(&self) -> Result<String, Failure> {
        self.shown("kw_").await
    }

    /// The path of the link that makes the first account, shown at the first start.
    pub(crate) async fn setup_path(&self) -> Result<String, Failure> {
        self.shown("/setup/").await
    }

    /// What the first start shows that begins so.
    async fn shown(&self, start: &str) -> Result<String, Failure> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let log = self.log();
            if let Some((_, rest)) = log.split_once(start) {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                if let Some(rest) = end.and_then(|end| rest.get(..end)) {
                    return Ok(format!("{start}{rest}"));
                }
            }
            sleep(Duration::from_millis(10)).await;
        }
        Err(format!("the first start shows no {start}").into())
    }

    /// Waits until something holds.
    pub(crate) async fn until(
        &mut self,
        what: &str,
        holds: impl AsyncFn(SocketAddr) -> bool,
    ) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self.process.address).await {
            if !self.process.is_running() || Instant::now() > deadline {
                return Err(format!("no gateway that {what}:\n{}", self.log()).into());
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Waits until the lists hold a tool of this name.
    pub(crate) async fn until_listed(&mut self, tool: &str) -> Result<(), Failure> {
        let needle = format!(r#""name":"{tool}""#);
        self.until(&format!("lists {tool}"), async |address| {
            let mut cursor = None;
            for _ in 0..100 {
                let request = Message::list(cursor.as_deref());
                let Ok((_, body)) = http::once(address, &request.bytes).await else {
                    return false;
                };
                if memchr::memmem::find(&body, needle.as_bytes()).is_some() {
                    return true;
                }
                cursor = super::lists::next_cursor(&body);
                if cursor.is_none() {
                    return false;
                }
            }
            false
        })
        .await
    }

    /// Its directory.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.directory.path()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

/// Writes the configuration and starts the process, which may not listen yet.
pub(crate) fn launch(
    directory: &TempDir,
    access: Access,
    servers: &[(String, SocketAddr)],
) -> Result<Process, Failure> {
    launch_with(directory, access, servers, "")
}

fn launch_with(
    directory: &TempDir,
    access: Access,
    servers: &[(String, SocketAddr)],
    more: &str,
) -> Result<Process, Failure> {
    let address = free_address()?;
    let mut configuration = format!("bind: \"{address}\"\n");
    if access == Access::Open {
        configuration.push_str("auth:\n  required: false\n");
    }
    configuration.push_str(more);
    if !servers.is_empty() {
        configuration.push_str("mcp_servers:\n");
    }
    for (name, address) in servers {
        let _ = writeln!(
            configuration,
            "  {name}:\n    url: \"http://{address}/mcp\""
        );
    }
    std::fs::write(directory.path().join("keyway.yaml"), configuration)?;
    Process::start_at(address, &["keyway", "--", "serve"], directory.path())
}
