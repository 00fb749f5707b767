use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use bytes::Bytes;
use http::{Method, StatusCode};
use keyway::Builder;
use keyway::config::Config;
use keyway::serve::{Running, Setup, start};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::McpClient;
use crate::net;

/// A whole gateway in this process: on a free port of this machine, with a data directory that is
/// gone with it, and a key of its owner.
///
/// ```
/// use keyway::{Error, Gateway, action};
/// use keyway_testing::TestGateway;
/// use serde_json::json;
///
/// /// Says hello.
/// #[action(expose(mcp, http))]
/// async fn greet(name: String) -> Result<String, Error> {
///     Ok(format!("Hello, {name}!"))
/// }
///
/// #[tokio::main]
/// async fn main() {
///     let gateway = TestGateway::start(Gateway::builder().action(greet())).await;
///     let answer = gateway.call("greet", &json!({ "name": "Ada" })).await;
///     assert_eq!((answer.status, answer.body), (200, json!("Hello, Ada!")));
///
///     let mcp = gateway.mcp();
///     assert!(mcp.tools().await.contains(&"greet".to_owned()));
///     let result = mcp.call("greet", &json!({ "name": "Ada" })).await.unwrap();
///     assert_eq!(result["content"][0]["text"], "\"Hello, Ada!\"");
///     gateway.stop().await;
/// }
/// ```
#[derive(Debug)]
pub struct TestGateway {
    running: Running,
    key: String,
    directory: TempDir,
}

/// What a gateway answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body; null where it is no JSON.
    pub body: Value,
}

impl TestGateway {
    /// Starts one, with nothing configured.
    ///
    /// # Panics
    ///
    /// When it does not start: it says why.
    pub async fn start(gateway: Builder) -> Self {
        Self::start_with(gateway, |_| {}).await
    }

    /// The same, with a configuration of the test's own.
    ///
    /// # Panics
    ///
    /// When it does not start: it says why.
    pub async fn start_with(gateway: Builder, configure: impl FnOnce(&mut Config)) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut config = Config::default();
        config.listen.bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        config.storage.data_dir = directory.path().join("data");
        configure(&mut config);
        let gateway = gateway.build();
        let running = Box::pin(start(&gateway, Setup::new(config))).await;
        let running = running.unwrap_or_else(|error| panic!("the gateway does not start: {error}"));
        let key = running.first_key().map(|key| key.expose().clone());
        Self {
            key: key.unwrap_or_default(),
            running,
            directory,
        }
    }

    /// Where it is: `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.running.address())
    }

    /// A key of its owner.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Where its data is.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The running gateway itself.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// Calls an action over HTTP as its owner.
    pub async fn call(&self, slug: &str, input: &Value) -> Answer {
        let path = format!("/v1/actions/{slug}");
        self.request(Method::POST, &path, Some(input)).await
    }

    /// Sends a request as its owner.
    pub async fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let mut headers = vec![("authorization", bearer.as_str())];
        let body = body.map(Value::to_string);
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        let url = format!("{}{path}", self.url());
        let body = body.map(Bytes::from).unwrap_or_default();
        let (status, _, body) = net::send(method, &url, &headers, body).await;
        Answer {
            status: status.as_u16(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
        }
    }

    /// Sets the organization's credential of this key, by its fields.
    ///
    /// # Panics
    ///
    /// When the gateway does not take it.
    pub async fn set_credential(&self, key: &str, fields: &Value) {
        let body = json!({ "key": key, "scope": "organization", "fields": fields });
        let set = self
            .request(Method::POST, "/v1/credentials", Some(&body))
            .await;
        let told = (set.body["code"].as_str(), set.body["detail"].as_str());
        let made = set.status == StatusCode::CREATED.as_u16();
        assert!(made, "the credential `{key}` is not taken: {told:?}");
    }

    /// A client of its MCP endpoint, with the owner's key.
    pub fn mcp(&self) -> McpClient {
        self.mcp_as(&self.key)
    }

    /// The same with another key or token.
    pub fn mcp_as(&self, key: &str) -> McpClient {
        McpClient::new(format!("{}/mcp", self.url()), key)
    }

    /// Ends it, and waits until it has ended.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}
