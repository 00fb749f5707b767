//! What is said of a connector on the command line.

use std::time::Duration;

use clap::{Args, ValueEnum};
use keyway_app::connectors::{
    AuthDraft, ConnectorDraft, ConnectorPatch, ConnectorScope, HeaderDraft, OauthDraft, OauthMode,
};

use crate::cli::credentials::secret;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::config::parse_duration;

/// How a server is authenticated to.
#[derive(Debug, Args)]
struct How {
    /// The access token: `@env:NAME` reads a variable, `@file:PATH` a file, `@stdin` what is piped in
    #[arg(long, value_name = "VALUE")]
    token: Option<String>,
    /// The header the token goes into [default: Authorization]
    #[arg(long, value_name = "NAME")]
    header: Option<String>,
    /// The word before the token, like Bearer; without it the token goes out as it is
    #[arg(long, value_name = "WORD")]
    scheme: Option<String>,
    /// A further header; once for each. The value may be `@env:NAME`, `@file:PATH` or `@stdin`
    #[arg(long = "also", value_name = "NAME=VALUE")]
    also: Vec<String>,
    /// The server wants OAuth: who signs in
    #[arg(long, value_enum, conflicts_with_all = ["token", "header", "scheme", "also"])]
    oauth: Option<Mode>,
    /// A scope to ask for, with --oauth; once for each
    #[arg(long = "oauth-scope", value_name = "SCOPE", requires = "oauth")]
    scopes: Vec<String>,
    /// A client that was registered by hand, with --oauth
    #[arg(long, value_name = "ID", requires = "oauth")]
    client_id: Option<String>,
    /// Its secret: `@env:NAME`, `@file:PATH` or `@stdin`
    #[arg(long, value_name = "VALUE", requires = "client_id")]
    client_secret: Option<String>,
}

/// Who signs in at a server behind OAuth.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Mode {
    /// An administrator, once for everybody
    Shared,
    /// Everybody for themselves
    PerUser,
    /// Nobody: the gateway is the client
    ClientCredentials,
}

/// Who may use it.
#[derive(Debug, Args)]
struct Whose {
    /// Only for who works for a project: its slug
    #[arg(long, value_name = "SLUG", conflicts_with_all = ["roles", "everybody"])]
    project: Option<String>,
    /// Only for a role: owner, admin or member; once for each
    #[arg(long = "role", value_name = "ROLE", conflicts_with = "everybody")]
    roles: Vec<String>,
    /// For everybody of the organization
    #[arg(long)]
    everybody: bool,
}

/// What is said of a new one.
#[derive(Debug, Args)]
pub(super) struct New {
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    whose: Whose,
    /// Use only this tool, by the server's own name; once for each
    #[arg(long, value_name = "TOOL")]
    allow: Vec<String>,
    /// Do not use this tool; once for each
    #[arg(long, value_name = "TOOL")]
    deny: Vec<String>,
    /// How long connecting and each list may take, like 30s
    #[arg(long, value_name = "TIME", value_parser = time)]
    connect_timeout: Option<Duration>,
    /// How long a call may take, like 2m
    #[arg(long, value_name = "TIME", value_parser = time)]
    call_timeout: Option<Duration>,
    /// Save it switched off
    #[arg(long)]
    disabled: bool,
}

/// What is said of one that is there.
#[derive(Debug, Args)]
pub(super) struct Changed {
    /// Its name for people; its key stays
    #[arg(long)]
    name: Option<String>,
    /// Where it is. Tokens have to be given again for another host
    #[arg(long)]
    url: Option<String>,
    #[command(flatten)]
    how: How,
    /// Send no token any more
    #[arg(long, conflicts_with_all = ["token", "header", "scheme", "also", "oauth"])]
    no_token: bool,
    #[command(flatten)]
    whose: Whose,
    /// Use only this tool, by the server's own name; once for each
    #[arg(long, value_name = "TOOL")]
    allow: Vec<String>,
    /// Use all tools again but those that are denied
    #[arg(long, conflicts_with = "allow")]
    allow_all: bool,
    /// Do not use this tool; once for each
    #[arg(long, value_name = "TOOL")]
    deny: Vec<String>,
    /// Deny no tool any more
    #[arg(long, conflicts_with = "deny")]
    deny_none: bool,
    /// How long connecting and each list may take, like 30s
    #[arg(long, value_name = "TIME", value_parser = time)]
    connect_timeout: Option<Duration>,
    /// How long a call may take, like 2m
    #[arg(long, value_name = "TIME", value_parser = time)]
    call_timeout: Option<Duration>,
}

impl New {
    pub(super) fn draft(
        self,
        invocation: &Invocation,
        name: String,
        url: String,
        terminal: &mut Terminal,
    ) -> Result<ConnectorDraft, Failure> {
        Ok(ConnectorDraft {
            scope: self.whose.scope().unwrap_or(ConnectorScope::Organization),
            auth: self.how.auth(invocation, terminal)?.unwrap_or_default(),
            enabled: !self.disabled,
            allow: (!self.allow.is_empty()).then_some(self.allow),
            deny: self.deny,
            connect_timeout: self.connect_timeout,
            call_timeout: self.call_timeout,
            ..ConnectorDraft::new(name, url)
        })
    }
}

impl Changed {
    pub(super) fn patch(
        self,
        invocation: &Invocation,
        terminal: &mut Terminal,
    ) -> Result<ConnectorPatch, Failure> {
        let auth = match self.how.auth(invocation, terminal)? {
            None if self.no_token => Some(AuthDraft::None),
            auth => auth,
        };
        let patch = ConnectorPatch {
            name: self.name,
            url: self.url,
            scope: self.whose.scope(),
            auth,
            enabled: None,
            allow: match (self.allow_all, self.allow.is_empty()) {
                (true, _) => Some(None),
                (false, true) => None,
                (false, false) => Some(Some(self.allow)),
            },
            deny: (self.deny_none || !self.deny.is_empty()).then_some(self.deny),
            connect_timeout: self.connect_timeout.map(Some),
            call_timeout: self.call_timeout.map(Some),
        };
        if patch.is_empty() {
            let message = "nothing is to change: give at least one option";
            return Err(Failure::usage("nothing_to_change", message)
                .with_hint("`keyway connectors change --help` lists them"));
        }
        Ok(patch)
    }
}

impl How {
    /// `None` where nothing is said.
    fn auth(
        self,
        invocation: &Invocation,
        terminal: &mut Terminal,
    ) -> Result<Option<AuthDraft>, Failure> {
        if let Some(mode) = self.oauth {
            let client_secret = match &self.client_secret {
                Some(given) => Some(secret(invocation, "--client-secret", given, terminal)?),
                None => None,
            };
            return Ok(Some(AuthDraft::Oauth(OauthDraft {
                mode: match mode {
                    Mode::Shared => OauthMode::Shared,
                    Mode::PerUser => OauthMode::PerUser,
                    Mode::ClientCredentials => OauthMode::ClientCredentials,
                },
                scopes: self.scopes,
                client_id: self.client_id,
                client_secret,
            })));
        }
        let mut headers = Vec::new();
        if self.token.is_some() || self.header.is_some() || self.scheme.is_some() {
            let value = match &self.token {
                Some(given) => Some(secret(invocation, "--token", given, terminal)?),
                None => None,
            };
            headers.push(HeaderDraft {
                name: self.header,
                scheme: self.scheme,
                value,
            });
        }
        for pair in &self.also {
            let (name, given) = pair.split_once('=').ok_or_else(|| {
                Failure::usage(
                    "bad_value",
                    "--also: expected NAME=VALUE, as in X-Tenant=@env:TENANT",
                )
            })?;
            headers.push(HeaderDraft {
                name: Some(name.to_owned()),
                scheme: None,
                value: Some(secret(invocation, "--also", given, terminal)?),
            });
        }
        Ok((!headers.is_empty()).then_some(AuthDraft::Headers(headers)))
    }
}

impl Whose {
    /// `None` where nothing is said.
    fn scope(&self) -> Option<ConnectorScope> {
        match (&self.project, &self.roles[..], self.everybody) {
            (Some(project), _, _) => Some(ConnectorScope::Project {
                project: project.clone(),
            }),
            (None, [_, ..], _) => Some(ConnectorScope::Roles {
                roles: self.roles.clone(),
            }),
            (None, [], true) => Some(ConnectorScope::Organization),
            (None, [], false) => None,
        }
    }
}

fn time(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "expected a time span, like `30s` or `5m`".to_owned())
}
