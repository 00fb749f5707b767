use std::time::Duration;

use keyway_core::ports::HttpError;
use tokio::time::{Instant, timeout};

use super::connect::Era;
use super::connection::Connection;
use super::failure::Failure;
use super::inbound;
use super::lists::{Catalog, Echo, Listing, refresh};
use super::pool::Pool;
use super::redact::Redactor;
use super::spec::{ServerSpec, ToolFilter, Transport};

/// What a server turned out to be when it was tried out.
#[derive(Debug, Clone)]
pub struct Trial {
    /// What it says that it is called.
    pub server_name: Option<String>,
    /// What it says that its version is.
    pub server_version: Option<String>,
    /// The protocol revision that is spoken.
    pub protocol: &'static str,
    /// True for revision 2026-07-28 and later.
    pub is_modern: bool,
    /// True where it is spoken over the HTTP+SSE transport of revision 2024-11-05.
    pub over_sse: bool,
    /// The names of its tools, as it has them.
    pub tools: Vec<String>,
    /// How many resources and templates it lists.
    pub resources: usize,
    /// How many prompts it lists.
    pub prompts: usize,
    /// What was left out or cut short, in words for an operator.
    pub warnings: Vec<String>,
    /// How long connecting and listing took.
    pub took: Duration,
}

/// Why a server could not be tried out.
#[derive(Debug, Clone)]
pub struct NotTried {
    /// What sort of failure it is.
    pub failure: TrialFailure,
    /// The same in words for an operator, without secrets.
    pub reason: String,
    /// How long it took to find out.
    pub took: Duration,
}

/// What sort of failure kept a server from being tried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrialFailure {
    /// It wants somebody to sign in (OAuth).
    WantsOauth,
    /// It wants credentials, and was sent none.
    WantsCredentials,
    /// It refused the credentials it was sent.
    RefusedCredentials,
    /// It has us go to another host, where nothing is sent.
    Redirected,
    /// The address guard refused the address.
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

impl Pool {
    /// Connects to a server, reads its lists, and lets go of it. Nothing of it is kept.
    ///
    /// # Errors
    ///
    /// What went wrong, without anything that was sent.
    pub async fn try_out(&self, spec: ServerSpec) -> Result<Trial, NotTried> {
        let began = Instant::now();
        let limit = spec.timeouts.connect.saturating_mul(2);
        let server = self.server(spec);
        let connector = self.connector(&server);
        let redactor = &*server.redactor;
        let trying = async {
            let (connection, era) = connector.connect(None).await?;
            let listed = list(&connection, &server.spec, self.list_items(), began).await;
            let trial = listed.map(|mut trial| {
                trial.over_sse = era == Era::Sse;
                trial.clean(redactor);
                trial
            });
            connection
                .end(Failure::Closed("it was tried out".into()))
                .await;
            trial
        };
        let tried = timeout(limit, trying)
            .await
            .unwrap_or(Err(Failure::Timeout));
        server.stop.cancel();
        tried.map_err(|failure| NotTried {
            failure: TrialFailure::of(&failure, &server.spec),
            reason: redactor.clean(&failure.reason()).into_owned(),
            took: began.elapsed(),
        })
    }
}

async fn list(
    connection: &Connection,
    spec: &ServerSpec,
    most: usize,
    began: Instant,
) -> Result<Trial, Failure> {
    let listing = Listing {
        connection,
        tools: &ToolFilter::default(),
        echo: &Echo::new(&spec.key, &spec.prefix),
        most,
        limit: spec.timeouts.connect,
        retries: spec.retries,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    let (catalog, _) = refresh(&Catalog::default(), inbound::ALL, &listing).await?;
    let lists = &catalog.lists;
    let revision = connection.dialect.revision;
    Ok(Trial {
        server_name: connection.introduced.name.clone(),
        server_version: connection.introduced.version.clone(),
        protocol: revision.as_str(),
        is_modern: revision.is_modern(),
        over_sse: false,
        tools: lists.tools.iter().map(|tool| tool.key.clone()).collect(),
        resources: lists.resources.len() + lists.templates.len(),
        prompts: lists.prompts.len(),
        warnings: lists.warnings.clone(),
        took: began.elapsed(),
    })
}

impl Trial {
    /// A server may repeat what it was sent.
    fn clean(&mut self, redactor: &Redactor) {
        let said = [&mut self.server_name, &mut self.server_version];
        let said = said.into_iter().flatten();
        for text in said.chain(&mut self.tools).chain(&mut self.warnings) {
            *text = redactor.clean(text).into_owned();
        }
    }
}

impl TrialFailure {
    fn of(failure: &Failure, spec: &ServerSpec) -> Self {
        match failure {
            Failure::Auth(denied) if denied.keyed => Self::RefusedCredentials,
            Failure::Auth(denied) if denied.takes_oauth => Self::WantsOauth,
            Failure::Auth(_) if has_headers(spec) => Self::RefusedCredentials,
            Failure::Auth(_) => Self::WantsCredentials,
            Failure::Token(_) | Failure::Scope(_) => Self::WantsOauth,
            Failure::Http(HttpError::Refused(label)) if is_elsewhere(label, spec) => {
                Self::Redirected
            }
            Failure::Http(HttpError::TooManyRedirects) => Self::Redirected,
            Failure::Http(HttpError::Refused(_)) => Self::RefusedAddress,
            Failure::Http(HttpError::Timeout) | Failure::Timeout => Self::Timeout,
            Failure::Http(HttpError::Connect(_) | HttpError::Broken(_) | HttpError::BadUrl(_)) => {
                Self::Unreachable
            }
            Failure::Protocol(_) | Failure::SessionGone | Failure::WrongEra => Self::NotMcp,
            _ => Self::Failed,
        }
    }
}

fn has_headers(spec: &ServerSpec) -> bool {
    matches!(&spec.transport, Transport::Http(http) if !http.headers.is_empty())
}

/// True for the scheme, host and port of another place than the server's.
fn is_elsewhere(label: &str, spec: &ServerSpec) -> bool {
    let Transport::Http(http) = &spec.transport else {
        return false;
    };
    let own = url::Url::parse(&http.url).map(|url| url.origin().ascii_serialization());
    own.is_ok_and(|own| own != label)
}
