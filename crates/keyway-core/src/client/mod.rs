//! How actions speak HTTP to the services they wrap.

mod error;
mod request;
mod response;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::Method;

use crate::ports::{Hosts, HttpSend};

pub use request::Request;
pub use response::Response;

/// Sends requests out of a running action: guarded, bounded, and with secrets that no error repeats.
///
/// ```
/// use keyway_core::{Action, Credential, Secret};
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Acme { key: Secret<String> }
///
/// impl Credential for Acme {
///     const KEY: &'static str = "acme";
///
///     fn definition() -> keyway_core::CredentialDefinition {
///         keyway_core::CredentialDefinition::of::<Self>().hosts(["api.acme.example"])
///     }
/// }
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct Ticket { title: String }
///
/// let create = Action::with_credentials("ticket:create", |context, ticket: Ticket, acme: Acme| async move {
///     let request = context.http().post("https://api.acme.example/tickets");
///     request.bearer(&acme.key).json(&ticket).send().await?.json::<Ticket>().await
/// });
/// assert_eq!(create.slug(), "ticket:create");
/// ```
#[derive(Clone)]
pub struct HttpClient {
    send: Option<Arc<dyn HttpSend>>,
    hosts: Option<Hosts>,
}

impl HttpClient {
    /// A client that sends through this way out, to these hosts only.
    pub fn new(send: Option<Arc<dyn HttpSend>>, hosts: Option<Hosts>) -> Self {
        Self { send, hosts }
    }

    /// The same client, which sends to these hosts only where nothing narrower was declared.
    ///
    /// ```
    /// # use keyway_core::client::HttpClient;
    /// use keyway_core::ports::Hosts;
    ///
    /// let hosts = Hosts::new(["api.acme.example"]).unwrap();
    /// let client = HttpClient::new(None, None).or_hosts(&hosts);
    /// assert!(format!("{client:?}").contains("api.acme.example"));
    /// ```
    pub fn or_hosts(mut self, hosts: &Hosts) -> Self {
        self.hosts.get_or_insert_with(|| hosts.clone());
        self
    }

    /// A request.
    pub fn request(&self, method: Method, url: impl Into<String>) -> Request {
        Request::new(self.clone(), method, url.into())
    }

    /// A GET request.
    pub fn get(&self, url: impl Into<String>) -> Request {
        self.request(Method::GET, url)
    }

    /// A POST request.
    pub fn post(&self, url: impl Into<String>) -> Request {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: impl Into<String>) -> Request {
        self.request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: impl Into<String>) -> Request {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: impl Into<String>) -> Request {
        self.request(Method::DELETE, url)
    }
}

impl std::fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpClient")
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}
