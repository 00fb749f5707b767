use clap::Args;

use super::remote::Remote;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::server::Server;
use crate::cli::terminal::Terminal;

/// Whose servers a command is about: the person's own, of the files on this machine, or those
/// behind a gateway.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// Act on this gateway instead of your own servers [default: `KEYWAY_SERVER`]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The gateway's API key: `@env:NAME`, `@file:PATH` or `prompt` [default: `KEYWAY_API_KEY`]
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Act on your own servers, whatever `KEYWAY_SERVER` says
    #[arg(long, conflicts_with_all = ["server", "api_key"])]
    local: bool,
}

impl Target {
    /// The gateway; `None` for the person's own servers.
    pub(super) fn gateway(
        &self,
        invocation: &Invocation,
        terminal: &mut Terminal,
    ) -> Result<Option<Remote>, Failure> {
        let named = self.server.is_some() || invocation.environment.get("KEYWAY_SERVER").is_some();
        if self.local || !named {
            return match self.api_key {
                Some(_) => Err(Failure::usage(
                    "no_server",
                    "an API key is for a gateway, and none is named",
                )
                .with_hint("give --server URL")),
                None => Ok(None),
            };
        }
        let server = Server {
            server: self.server.clone(),
            api_key: self.api_key.clone(),
        };
        let address = server.address(invocation)?;
        let key = server.key(invocation, terminal)?;
        Ok(Some(Remote::new(address, key)))
    }
}
