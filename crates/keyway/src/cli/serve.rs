use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::invocation::Invocation;
use crate::config::{DEFAULT_FILE, Flag};
use crate::serve::{Reload, Setup, serve};

const EXAMPLES: &str = "\
Examples:
  keyway serve                                on http://127.0.0.1:8420/mcp
  keyway serve --bind 127.0.0.1:9000 --no-auth  without keys and tokens, for this machine only
  keyway serve --config /etc/keyway.yaml --data-dir /var/lib/keyway";

/// Start the gateway
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// The address and port to listen on [default: 127.0.0.1:8420]
    #[arg(long, value_name = "ADDRESS:PORT")]
    bind: Option<String>,
    /// The URL clients reach the gateway under, when it is not the bound address
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Ask for neither an API key nor an access token; only on a loopback address
    #[arg(long)]
    no_auth: bool,
    /// What is logged: a level, or directives like `info,keyway_mcp=debug` [default: info]
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// How it is logged: auto, text or json
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

impl Flags {
    /// The settings that were given as flags.
    pub(crate) fn flags(self) -> Vec<Flag> {
        let given = [
            ("--bind", "bind", self.bind),
            ("--public-url", "public_url", self.public_url),
            (
                "--no-auth",
                "auth.required",
                self.no_auth.then(|| "false".to_owned()),
            ),
            ("--log", "log.filter", self.log),
            ("--log-format", "log.format", self.log_format),
        ];
        given
            .into_iter()
            .filter_map(|(name, key, value)| value.map(|value| Flag { name, key, value }))
            .collect()
    }
}

/// Serves until a signal. What there is to say about the configuration goes to the log.
pub(crate) async fn run(invocation: Invocation, command: Serve) -> Result<ExitCode, Failure> {
    let flags = command.flags.flags();
    let loaded = invocation
        .load(flags.clone())
        .map_err(Failure::configuration)?;
    let file = loaded
        .file
        .unwrap_or_else(|| invocation.directory.join(DEFAULT_FILE));
    let gateway = invocation.gateway.clone();
    let environment = invocation.environment.clone();
    let setup = Setup {
        config: loaded.config,
        environment,
        findings: loaded.findings,
        reload: Some(Reload::new(file, move || invocation.load(flags.clone()))),
    };
    Ok(Box::pin(serve(&gateway, setup)).await?)
}
