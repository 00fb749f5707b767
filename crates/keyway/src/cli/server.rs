use clap::Args;
use keyway_core::Secret;
use url::Url;

use super::failure::Failure;
use super::hidden::Hidden;
use super::invocation::Invocation;
use super::terminal::Terminal;

/// Which gateway, and the key to come in with.
#[derive(Debug, Args)]
pub(crate) struct Server {
    /// The gateway's URL [default: `KEYWAY_SERVER`, else the configured address]
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// The API key: `@env:NAME`, `@file:PATH` or `prompt` [default: `KEYWAY_API_KEY`]
    #[arg(long, value_name = "KEY")]
    pub(crate) api_key: Option<String>,
}

/// The two URLs of a gateway.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// Scheme, host and port.
    pub(crate) base: String,
    /// The MCP endpoint.
    pub(crate) mcp: String,
}

impl Server {
    /// Where the gateway is. A URL with a path names the MCP endpoint itself.
    pub(crate) fn address(&self, invocation: &Invocation) -> Result<Address, Failure> {
        let given = self
            .server
            .as_deref()
            .or_else(|| invocation.environment.get("KEYWAY_SERVER"));
        if let Some(given) = given {
            let url = Url::parse(given)
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            let url = url.ok_or_else(|| {
                Failure::usage(
                    "bad_server",
                    "the gateway's URL is not an http: or https: URL",
                )
                .with_hint("for example --server http://127.0.0.1:8420")
            })?;
            let base = url.origin().ascii_serialization();
            let path = match url.path() {
                "/" => "/mcp",
                path => path,
            };
            let mcp = format!("{base}{path}");
            return Ok(Address { base, mcp });
        }
        let loaded = invocation.configuration()?;
        let listen = &loaded.config.listen;
        let base = listen
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", reachable(listen.bind)));
        let mcp = format!("{base}{}", loaded.config.mcp.route);
        Ok(Address { base, mcp })
    }

    /// The API key, if there is one.
    pub(crate) fn key(
        &self,
        invocation: &Invocation,
        terminal: &mut Terminal,
    ) -> Result<Option<Secret<String>>, Failure> {
        let Some(given) = self.api_key.as_deref() else {
            let key = invocation.environment.get("KEYWAY_API_KEY");
            return Ok(key.map(|key| Secret::new(key.to_owned())));
        };
        if given == "prompt" {
            return prompt(terminal).map(Some);
        }
        if !given.starts_with("@env:") && !given.starts_with("@file:") {
            terminal.warn(
                "an API key on the command line is seen by other users of this machine and kept by \
                 the shell: use --api-key @env:NAME, @file:PATH or prompt",
            );
        }
        crate::config::resolve(&invocation.environment, &invocation.directory, given)
            .map(Some)
            .map_err(|wrong| Failure::usage("bad_api_key", wrong))
    }
}

/// An address a client on this machine can connect to: the unspecified one is every address.
fn reachable(bind: std::net::SocketAddr) -> std::net::SocketAddr {
    let mut bind = bind;
    if bind.ip().is_unspecified() {
        bind.set_ip(match bind {
            std::net::SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            std::net::SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    bind
}

/// Asks for the key on standard input. A terminal does not show what is typed.
fn prompt(terminal: &mut Terminal) -> Result<Secret<String>, Failure> {
    terminal.note("API key:");
    let mut line = String::new();
    let hidden = Hidden::new();
    let read = std::io::stdin().read_line(&mut line);
    drop(hidden);
    let key = line.trim().to_owned();
    if read.is_err() || key.is_empty() {
        return Err(Failure::usage("bad_api_key", "no API key was given"));
    }
    Ok(Secret::new(key))
}
