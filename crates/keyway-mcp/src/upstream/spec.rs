use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::Secret;
use keyway_core::names::Prefix;
use keyway_core::ports::{Destination, HeaderSource, Hosts, ProtectedResource};

/// One MCP server to be a client of. Plain data: nothing is checked or resolved here.
#[derive(Debug, Clone)]
pub struct ServerSpec {
    /// The server's key in the configuration.
    pub key: String,
    /// What tells this connection from others to the same server; the key where it is the only one.
    pub id: Option<String>,
    /// How it is reached.
    pub transport: Transport,
    /// What goes before its names.
    pub prefix: Prefix,
    /// A server that is not enabled stays `configured` and is never connected to.
    pub enabled: bool,
    /// Which of its tools are listed and can be called.
    pub tools: ToolFilter,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// How many more times a request is sent that was not carried out for certain: no connection was
    /// made, the server is busy and says when to come back (429 or 503 with `Retry-After`), or the
    /// request is a handshake or a list. A call that may have been carried out is never repeated.
    pub retries: u32,
    /// How often an idle connection is checked; `None` for never.
    pub keep_alive: Option<Duration>,
    /// Further texts that must not be shown anywhere: what was filled into arguments or the URL.
    /// Header values, keys and environment values need not be named again.
    pub secrets: Vec<Secret<String>>,
}

impl ServerSpec {
    /// A server with every option at its default.
    pub fn new(key: impl Into<String>, transport: Transport) -> Self {
        Self {
            key: key.into(),
            id: None,
            transport,
            prefix: Prefix::default(),
            enabled: true,
            tools: ToolFilter::default(),
            timeouts: Timeouts::default(),
            retries: 1,
            keep_alive: Some(Duration::from_mins(1)),
            secrets: Vec::new(),
        }
    }

    /// What it is called in a pool.
    pub(super) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.key)
    }

    /// True for a server behind OAuth.
    pub(super) fn wants_tokens(&self) -> bool {
        matches!(&self.transport, Transport::Http(http) if matches!(http.auth, Auth::OAuth(_)))
    }

    /// Every secret of the server, in a fixed order: header values, keys, environment values, and
    /// what [`ServerSpec::secrets`] names besides.
    pub fn all_secrets(&self) -> impl Iterator<Item = &Secret<String>> {
        let (env, http) = match &self.transport {
            Transport::Stdio(stdio) => (Some(stdio.env.values()), None),
            Transport::Http(http) => (None, Some(http)),
        };
        let auth = http.and_then(|http| match &http.auth {
            Auth::None => None,
            Auth::ApiKey { key, .. } => Some(key),
            Auth::OAuth(oauth) => oauth.client_secret.as_ref(),
        });
        let headers = http.into_iter().flat_map(|http| &http.headers);
        self.secrets
            .iter()
            .chain(env.into_iter().flatten())
            .chain(headers.map(|(_, value)| value))
            .chain(auth)
    }
}

/// How a server is reached.
#[derive(Debug, Clone)]
pub enum Transport {
    /// A child process that speaks over its standard streams.
    Stdio(Stdio),
    /// An HTTP endpoint.
    Http(Http),
}

/// A server that is a child process. Its `Debug` tells how many arguments there are and not what they
/// say: secrets may have been filled into them.
#[derive(Clone, Default)]
pub struct Stdio {
    /// The program: a path, or a name looked up in the child's `PATH`.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Set over the pool's base environment; a matching name wins.
    pub env: BTreeMap<String, Secret<String>>,
    /// Its working directory; the gateway's own when absent.
    pub cwd: Option<PathBuf>,
}

impl fmt::Debug for Stdio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stdio")
            .field("args", &self.args.len())
            .field("env", &self.env)
            .field("cwd", &self.cwd)
            .finish_non_exhaustive()
    }
}

/// A server behind HTTP. Its `Debug` does not show the URL: a secret may have been filled into it.
#[derive(Clone)]
pub struct Http {
    /// `http:`, `https:` or `unix:` (as `keyway_core::ports::HttpRequest::url` has it).
    pub url: String,
    /// Sent with every request.
    pub headers: Vec<(String, Secret<String>)>,
    /// Which HTTP transport the server speaks.
    pub kind: HttpKind,
    /// How we authenticate.
    pub auth: Auth,
    /// Who chose the URL.
    pub destination: Destination,
    /// The only hosts that anything is sent to, after redirects too; any where absent.
    pub hosts: Option<Hosts>,
    /// Where headers come from that change while a connection stands; each replaces the one of its name
    /// in [`Http::headers`].
    pub renewed: Option<Arc<dyn HeaderSource>>,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("headers", &self.headers)
            .field("kind", &self.kind)
            .field("auth", &self.auth)
            .field("destination", &self.destination)
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

impl Http {
    /// An endpoint that the operator wrote down, without authentication, its transport to be found
    /// out.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            headers: Vec::new(),
            kind: HttpKind::default(),
            auth: Auth::default(),
            destination: Destination::Operator,
            hosts: None,
            renewed: None,
        }
    }
}

/// Which HTTP transport a server speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum HttpKind {
    /// Found out: streamable HTTP of the newest revision, then older ones, then HTTP+SSE
    /// (MCP 2026-07-28, Streamable HTTP, Backward Compatibility).
    #[default]
    Auto,
    /// Streamable HTTP of any revision.
    StreamableOnly,
    /// The HTTP+SSE transport of revision 2024-11-05.
    Sse,
}

/// How we authenticate to a server behind HTTP.
#[derive(Debug, Clone, Default)]
pub enum Auth {
    /// Not at all, or through [`Http::headers`].
    #[default]
    None,
    /// With a key in a header. See [`Auth::header`] for the four forms.
    ApiKey {
        /// The header; `Authorization` when absent.
        header: Option<String>,
        /// The word before the key.
        scheme: Option<String>,
        /// The key.
        key: Secret<String>,
    },
    /// A person signs in. Until then the server is `auth_required`.
    OAuth(OAuth),
}

/// What the configuration says of a server behind OAuth 2.1.
#[derive(Debug, Clone, Default)]
pub struct OAuth {
    /// Scopes to ask for, instead of what the server names.
    pub scopes: Vec<String>,
    /// A client that was registered by hand.
    pub client_id: Option<String>,
    /// Its secret, if it has one.
    pub client_secret: Option<Secret<String>>,
    /// Whose tokens these are; see [`ProtectedResource::profile`].
    pub profile: String,
}

impl OAuth {
    /// The same as the one who gets tokens wants it.
    pub fn resource(&self, url: &str) -> ProtectedResource {
        ProtectedResource {
            url: url.to_owned(),
            scopes: self.scopes.clone(),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            profile: self.profile.clone(),
            client_document: None,
            server: None,
        }
    }
}

/// Which tools of a server are used. `deny` wins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolFilter {
    /// Only these, by the server's own names; all when absent.
    pub allow: Option<Vec<String>>,
    /// Not these.
    pub deny: Vec<String>,
}

impl ToolFilter {
    /// True when the tool is used.
    pub fn admits(&self, tool: &str) -> bool {
        !self.deny.iter().any(|name| name == tool)
            && self
                .allow
                .as_ref()
                .is_none_or(|allow| allow.iter().any(|name| name == tool))
    }
}

/// How long things with one server may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Starting or reaching the server, the handshake, and each list.
    pub connect: Duration,
    /// One call, not counting the time a client takes to answer what it is asked. `None` for no
    /// limit.
    pub call: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            call: Some(Duration::from_mins(2)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_that_was_filled_in_is_printed() {
        let canary = || Secret::new("canary".to_owned());
        let stdio = Transport::Stdio(Stdio {
            command: "run-canary".into(),
            args: vec!["--token".into(), "canary".into()],
            env: BTreeMap::from([("TOKEN".to_owned(), canary())]),
            cwd: None,
        });
        let mut http = Http::new("https://a.example/mcp?key=canary");
        http.headers.push(("x-api-key".into(), canary()));
        http.auth = Auth::OAuth(OAuth {
            client_secret: Some(canary()),
            ..OAuth::default()
        });
        for transport in [stdio, Transport::Http(http)] {
            let mut spec = ServerSpec::new("files", transport);
            spec.secrets.push(canary());
            let told = format!("{spec:?}{spec:#?}");
            assert!(told.contains("files") && !told.contains("canary"), "{told}");
        }
    }

    #[test]
    fn a_panic_with_a_server_says_no_secret() {
        let canary = |place: &str| Secret::new(format!("canary-{place}"));
        let headers = vec![("X-Key".to_owned(), canary("header"))];
        let client_secret = Some(canary("client"));
        let behind = |auth| {
            Transport::Http(Http {
                headers: headers.clone(),
                auth,
                ..Http::new("https://u:canary-password@mcp.example/mcp?key=canary-query")
            })
        };
        let child = Transport::Stdio(Stdio {
            command: "sh".into(),
            args: vec!["canary-argument".into()],
            env: [("TOKEN".to_owned(), canary("variable"))].into(),
            cwd: None,
        });
        let with_key = behind(Auth::ApiKey {
            header: None,
            scheme: None,
            key: canary("key"),
        });
        let with_oauth = behind(Auth::OAuth(OAuth {
            client_secret,
            ..OAuth::default()
        }));
        for transport in [child, with_key, with_oauth] {
            let mut spec = ServerSpec::new("docs", transport);
            spec.secrets.push(canary("filled-in"));
            let telling = std::panic::AssertUnwindSafe(|| panic!("{spec:?} {spec:#?}"));
            let panicked = std::panic::catch_unwind(telling);
            let message = panicked.unwrap_err().downcast::<String>().unwrap();
            assert!(message.contains("docs"), "{message}");
            assert!(!message.contains("canary"), "{message}");
        }
    }
}
