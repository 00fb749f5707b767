use super::mapped::{Mapped, bad_value, header_fault, is_header_value, variable_fault};
use crate::action::Origin;
use crate::credential::{CredentialNeed, CredentialScope, Credentials, Lease};
use crate::names::SERVER_KEY;
use crate::{Error, Secret};

/// How a defined MCP server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum McpTransport {
    /// An HTTP endpoint, as `https://mcp.example.com/mcp`.
    Http {
        /// Its address.
        url: String,
    },
    /// A child process that speaks over its standard streams.
    Stdio {
        /// The program.
        command: String,
        /// Its arguments.
        args: Vec<String>,
    },
}

/// An MCP server that belongs to a gateway's definition. Where it needs credentials, each caller
/// reaches it with their own: a connection and what it lists belong to one instance of them.
///
/// ```
/// use keyway_core::{Credential, McpServer, Secret};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Acme { key: Secret<String> }
///
/// impl Credential for Acme {
///     const KEY: &'static str = "acme";
/// }
///
/// let deepwiki = McpServer::http("deepwiki", "https://mcp.deepwiki.com/mcp");
/// assert!(deepwiki.needs().is_empty());
///
/// let internal = McpServer::http("internal", "https://mcp.example.com")
///     .header("Authorization", |acme: Acme| format!("Bearer {}", acme.key.expose()));
/// assert_eq!(internal.needs()[0].definition().key(), "acme");
/// assert_eq!(internal.fault(), None);
/// ```
#[derive(Debug, Clone)]
pub struct McpServer {
    key: String,
    title: Option<String>,
    transport: McpTransport,
    needs: Vec<CredentialNeed>,
    headers: Vec<Mapped>,
    variables: Vec<Mapped>,
    mark: Option<u64>,
    defined_at: Origin,
}

impl McpServer {
    /// A server behind HTTP.
    #[track_caller]
    pub fn http(key: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(key.into(), McpTransport::Http { url: url.into() })
    }

    /// A server that is a child process.
    ///
    /// ```
    /// let files = keyway_core::McpServer::stdio("files", "mcp-files", ["--root", "/srv"]);
    /// assert_eq!(files.key(), "files");
    /// ```
    #[track_caller]
    pub fn stdio<A: Into<String>>(
        key: impl Into<String>,
        command: impl Into<String>,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        let transport = McpTransport::Stdio {
            command: command.into(),
            args: args.into_iter().map(Into::into).collect(),
        };
        Self::new(key.into(), transport)
    }

    #[track_caller]
    fn new(key: String, transport: McpTransport) -> Self {
        Self {
            key,
            title: None,
            transport,
            needs: Vec::new(),
            headers: Vec::new(),
            variables: Vec::new(),
            mark: None,
            defined_at: Origin::here(),
        }
    }

    /// A name for people.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sends a header with every request, made of one credential or, in a tuple, of several. What it
    /// cannot carry, line breaks and characters beyond ASCII, is refused when it is to be sent.
    pub fn header<C, V>(
        self,
        name: impl Into<String>,
        value: impl Fn(C) -> V + Send + Sync + 'static,
    ) -> Self
    where
        C: Credentials,
        V: Into<Secret<String>>,
    {
        let server = self.needing(C::needs());
        server.header_of(name, move |lease| {
            C::read(lease).map(|read| value(read).into())
        })
    }

    /// Sends `Authorization: Bearer …` with every request.
    ///
    /// ```
    /// # use keyway_core::{Credential, McpServer, Secret};
    /// # #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// # struct Acme { key: Secret<String> }
    /// # impl Credential for Acme { const KEY: &'static str = "acme"; }
    /// let internal = McpServer::http("internal", "https://mcp.example.com").bearer(|acme: Acme| acme.key);
    /// assert_eq!(internal.header_names().next(), Some("Authorization"));
    /// ```
    pub fn bearer<C: Credentials>(
        self,
        token: impl Fn(C) -> Secret<String> + Send + Sync + 'static,
    ) -> Self {
        let value = move |credentials: C| format!("Bearer {}", token(credentials).expose());
        self.header("Authorization", value)
    }

    /// Sets a variable of the child process, made of one credential or, in a tuple, of several.
    pub fn variable<C, V>(
        self,
        name: impl Into<String>,
        value: impl Fn(C) -> V + Send + Sync + 'static,
    ) -> Self
    where
        C: Credentials,
        V: Into<Secret<String>>,
    {
        let server = self.needing(C::needs());
        server.variable_of(name, move |lease| {
            C::read(lease).map(|read| value(read).into())
        })
    }

    /// Needs a credential, whether or not a header is made of it.
    pub fn credential(self, need: CredentialNeed) -> Self {
        self.needing(vec![need])
    }

    /// The only scope its credentials are looked for at. The default is that of an action: the
    /// project's, then the organization's.
    pub fn credential_scope(mut self, pin: CredentialScope) -> Self {
        let pinned = |need: CredentialNeed| need.scope(pin);
        self.needs = self.needs.into_iter().map(pinned).collect();
        self
    }

    /// A header that is made of what was leased, without types.
    pub fn header_of(
        mut self,
        name: impl Into<String>,
        value: impl Fn(&Lease) -> Result<Secret<String>, Error> + Send + Sync + 'static,
    ) -> Self {
        self.headers.push(Mapped::new(name, value));
        self
    }

    /// A variable that is made of what was leased, without types.
    pub fn variable_of(
        mut self,
        name: impl Into<String>,
        value: impl Fn(&Lease) -> Result<Secret<String>, Error> + Send + Sync + 'static,
    ) -> Self {
        self.variables.push(Mapped::new(name, value));
        self
    }

    /// Says by a number what its headers and variables are made like, where they are made anew each time
    /// its definition is read: with the same number they are the same.
    pub fn marked(mut self, mark: u64) -> Self {
        self.mark = Some(mark);
        self
    }

    /// Says where it was defined, where that is not the line that made it.
    pub fn defined(mut self, at: Origin) -> Self {
        self.defined_at = at;
        self
    }

    /// Its key: what its tools are listed under, as `mcp__<key>__<tool>`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its name for people, if it has one.
    pub fn get_title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// How it is reached.
    pub fn transport(&self) -> &McpTransport {
        &self.transport
    }

    /// The credentials it needs, each once.
    pub fn needs(&self) -> &[CredentialNeed] {
        &self.needs
    }

    /// The names of the headers it is sent.
    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(Mapped::name)
    }

    /// Where it was defined.
    pub fn defined_at(&self) -> &Origin {
        &self.defined_at
    }

    /// The headers for a lease, by name.
    ///
    /// # Errors
    ///
    /// `header_value_invalid` for a value no header can carry, `credential_invalid` for a credential
    /// that does not fit its type. Neither holds anything of a value.
    pub fn headers(&self, lease: &Lease) -> Result<Vec<(String, Secret<String>)>, Error> {
        self.read(&self.headers, lease, is_header_value)
    }

    /// The variables of the child process for a lease, by name.
    ///
    /// # Errors
    ///
    /// As [`McpServer::headers`], for a value with a NUL.
    pub fn variables(&self, lease: &Lease) -> Result<Vec<(String, Secret<String>)>, Error> {
        self.read(&self.variables, lease, |value| !value.contains('\0'))
    }

    /// True when a connection to the one is a connection to the other: both are reached the same way,
    /// with the same credentials in the same headers.
    ///
    /// ```
    /// let one = keyway_core::McpServer::http("docs", "https://mcp.example.com");
    /// assert!(one.is_reached_like(&one.clone().title("Docs")));
    /// let other = keyway_core::McpServer::http("docs", "https://mcp.example.net");
    /// assert!(!one.is_reached_like(&other));
    /// ```
    pub fn is_reached_like(&self, other: &Self) -> bool {
        let needs = |one: &Self| format!("{:?}", one.needs);
        let marked = self.mark.is_some() && self.mark == other.mark;
        let alike = |one: &[Mapped], other: &[Mapped]| {
            let same = |(one, other): (&Mapped, &Mapped)| one.is(other, marked);
            one.len() == other.len() && one.iter().zip(other).all(same)
        };
        self.key == other.key
            && self.transport == other.transport
            && needs(self) == needs(other)
            && alike(&self.headers, &other.headers)
            && alike(&self.variables, &other.variables)
    }

    /// Why it cannot be used, if it cannot: for whoever defined it.
    pub fn fault(&self) -> Option<String> {
        if !SERVER_KEY.allows(&self.key) {
            return Some(format!("expected {}", SERVER_KEY.expectation()));
        }
        match &self.transport {
            McpTransport::Http { .. } if !self.variables.is_empty() => {
                return Some("only a child process has variables: use a header".into());
            }
            McpTransport::Stdio { .. } if !self.headers.is_empty() => {
                return Some("a child process has no headers: use a variable".into());
            }
            McpTransport::Stdio { command, .. } if command.trim().is_empty() => {
                return Some("its command is empty".into());
            }
            _ => {}
        }
        let headers = self.header_names().find_map(header_fault);
        let mut variables = self.variables.iter().map(Mapped::name);
        headers
            .or_else(|| variables.find_map(variable_fault))
            .or_else(|| twice(&self.headers))
            .or_else(|| twice(&self.variables))
    }

    fn needing(mut self, needs: Vec<CredentialNeed>) -> Self {
        for need in needs {
            let key = need.definition().key();
            if !self
                .needs
                .iter()
                .any(|known| known.definition().key() == key)
            {
                self.needs.push(need);
            }
        }
        self
    }

    fn read(
        &self,
        all: &[Mapped],
        lease: &Lease,
        fits: impl Fn(&str) -> bool,
    ) -> Result<Vec<(String, Secret<String>)>, Error> {
        let each = all.iter().map(|mapped| {
            let value = mapped.read(lease)?;
            if !fits(value.expose()) {
                return Err(bad_value(&self.key, mapped.name()));
            }
            Ok((mapped.name().to_owned(), value))
        });
        each.collect()
    }
}

fn twice(all: &[Mapped]) -> Option<String> {
    let mut rest = all;
    while let [first, others @ ..] = rest {
        let same = |other: &Mapped| other.name().eq_ignore_ascii_case(first.name());
        if others.iter().any(same) {
            return Some(format!("`{}` is set twice", first.name()));
        }
        rest = others;
    }
    None
}
