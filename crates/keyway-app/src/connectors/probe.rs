use std::time::Duration;

use keyway_core::{ConnectorId, Error, Principal};
use serde::Serialize;

use super::check::{For, check};
use super::manage::{event, kept};
use super::secrets::ConnectorSecrets;
use super::{ConnectorDraft, ConnectorPatch, Connectors, authorize};
use crate::audit::EventKind;

/// The most names of tools that are told.
const NAMES: usize = 100;

/// What became of trying a server out.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Probed {
    /// It is an MCP server, and it listed what it has.
    #[serde(rename_all = "camelCase")]
    Good {
        /// What it says that it is called.
        server_name: Option<String>,
        /// What it says that its version is.
        server_version: Option<String>,
        /// The protocol revision that is spoken.
        protocol: String,
        /// `modern` or `legacy`.
        era: &'static str,
        /// `http` or `sse`.
        transport: &'static str,
        /// How many tools it has.
        tools: usize,
        /// The names of its first tools.
        tool_names: Vec<String>,
        /// How many resources and templates it has.
        resources: usize,
        /// How many prompts it has.
        prompts: usize,
        /// What is odd about it, in words for an administrator.
        warnings: Vec<String>,
        /// How long connecting and listing took, in milliseconds.
        took_ms: u64,
    },
    /// It is none, or did not answer as one.
    #[serde(rename_all = "camelCase")]
    Failed {
        /// What sort of failure it is.
        code: ProbeFailure,
        /// What happened, without secrets.
        reason: String,
        /// What to do about it.
        hint: &'static str,
        /// How long it took to find out, in milliseconds.
        took_ms: u64,
    },
}

/// What sort of failure kept a server from being tried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeFailure {
    /// It wants somebody to sign in.
    WantsOauth,
    /// It wants credentials, and was sent none.
    WantsCredentials,
    /// It refused the credentials it was sent.
    RefusedCredentials,
    /// It has whoever asks go to another host.
    Redirected,
    /// The address may not be reached from here.
    RefusedAddress,
    /// No connection could be made.
    Unreachable,
    /// No answer came in time.
    Timeout,
    /// Something answers, but no MCP server.
    NotMcp,
    /// It is an MCP server, and something went wrong.
    Failed,
}

impl ProbeFailure {
    /// The failure as it is written down.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WantsOauth => "wants_oauth",
            Self::WantsCredentials => "wants_credentials",
            Self::RefusedCredentials => "refused_credentials",
            Self::Redirected => "redirected",
            Self::RefusedAddress => "refused_address",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::NotMcp => "not_mcp",
            Self::Failed => "failed",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::WantsOauth => {
                "choose OAuth under Advanced settings: the server wants somebody to sign in"
            }
            Self::WantsCredentials => "give an access token under Advanced settings",
            Self::RefusedCredentials => {
                "check the access token, the header name, and whether the server wants a scheme like \
                 Bearer before the token"
            }
            Self::Redirected => {
                "use the address it leads to, if you trust it: nothing was sent there"
            }
            Self::RefusedAddress => {
                "the address is not on the public internet: the operator allows it by `egress.allow`"
            }
            Self::Unreachable => {
                "check host and port, and that the server can be reached from here"
            }
            Self::Timeout => "try again, or raise the connect timeout",
            Self::NotMcp => {
                "check the path: it has to be the MCP endpoint, not the web page of its product"
            }
            Self::Failed => "ask whoever runs the server",
        }
    }
}

/// A server to try out did not do.
#[derive(Debug, Clone)]
pub struct ProbeError {
    /// What sort of failure it is.
    pub failure: ProbeFailure,
    /// What happened, without secrets.
    pub reason: String,
    /// How long it took to find out.
    pub took: Duration,
}

/// What a server turned out to be.
#[derive(Debug, Clone)]
pub struct ProbeAnswer {
    /// What it says that it is called.
    pub server_name: Option<String>,
    /// What it says that its version is.
    pub server_version: Option<String>,
    /// The protocol revision that is spoken.
    pub protocol: String,
    /// True for revision 2026-07-28 and later.
    pub is_modern: bool,
    /// True for the HTTP+SSE transport.
    pub over_sse: bool,
    /// The names of its tools.
    pub tools: Vec<String>,
    /// How many resources and templates it has.
    pub resources: usize,
    /// How many prompts it has.
    pub prompts: usize,
    /// What was left out or cut short.
    pub warnings: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Connectors {
    /// Tries a server out as it would be connected to. Nothing is stored.
    ///
    /// # Errors
    ///
    /// `invalid_input` where the draft itself is wrong. What is wrong with the server is in the answer.
    pub async fn probe_draft(
        &self,
        who: &Principal,
        draft: &ConnectorDraft,
    ) -> Result<Probed, Error> {
        let inner = &self.app.inner;
        let id = ConnectorId::generate(&*inner.clock, &*inner.random);
        let event = event(who, EventKind::ConnectorTested, &id);
        let asked = async {
            self.app.administer(who).await?;
            check(draft, &ConnectorSecrets::default(), For::Making)
        };
        let checked = inner.audit.checked(event.clone(), asked).await?;
        let slug = checked.slug.clone().unwrap_or_default();
        let trying = self.try_out(&slug, &checked);
        inner.audit.change(event.server(&slug), trying).await
    }

    /// The same for a connector that is there, with what is to change of it.
    pub async fn probe(
        &self,
        who: &Principal,
        name: &str,
        patch: ConnectorPatch,
    ) -> Result<Probed, Error> {
        let kind = EventKind::ConnectorTested;
        let stored = self.managed(who, name, kind).await?;
        let secrets = self.app.connector_secrets(&stored).await?;
        let draft = patch.over(self.draft(who, &stored).await?);
        let checked = check(&draft, &kept(&stored, &draft, secrets), For::Changing)?;
        let event = event(who, kind, &stored.id).server(&stored.slug);
        let trying = self.try_out(&stored.slug, &checked);
        self.app.inner.audit.change(event, trying).await
    }

    async fn try_out(&self, key: &str, checked: &super::check::Checked) -> Result<Probed, Error> {
        self.permitted(&checked.url).await?;
        let prober = self.app.inner.connectors.prober.read().clone();
        let prober = prober.ok_or_else(|| Error::internal("nothing tries MCP servers out"))?;
        let target = authorize::target(key, true, checked);
        Ok(Probed::of(prober.probe(&target).await))
    }
}

impl Probed {
    fn of(answer: Result<ProbeAnswer, ProbeError>) -> Self {
        let milliseconds = |took: Duration| u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        match answer {
            Ok(answer) => {
                let mut warnings = answer.warnings;
                if answer.tools.is_empty() {
                    warnings.push("it has no tools".to_owned());
                }
                Self::Good {
                    server_name: answer.server_name,
                    server_version: answer.server_version,
                    protocol: answer.protocol,
                    era: if answer.is_modern { "modern" } else { "legacy" },
                    transport: if answer.over_sse { "sse" } else { "http" },
                    tools: answer.tools.len(),
                    tool_names: answer.tools.into_iter().take(NAMES).collect(),
                    resources: answer.resources,
                    prompts: answer.prompts,
                    warnings,
                    took_ms: milliseconds(answer.took),
                }
            }
            Err(error) => Self::Failed {
                code: error.failure,
                reason: error.reason,
                hint: error.failure.hint(),
                took_ms: milliseconds(error.took),
            },
        }
    }
}
