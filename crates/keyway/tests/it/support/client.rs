use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::wait::soon;

/// Builds a request to a gateway and sends it over a connection of its own.
#[derive(Clone)]
pub(crate) struct Ask {
    address: SocketAddr,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Ask {
    pub(crate) fn new(address: SocketAddr, method: Method, path: &str) -> Self {
        Self {
            address,
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn bearer(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    /// Sends it and returns once the head of the answer is there.
    pub(crate) async fn open(self) -> Response<Incoming> {
        soon("an answer", self.try_open()).await.unwrap()
    }

    /// The same, where it may be that no answer comes.
    pub(crate) async fn try_open(self) -> Result<Response<Incoming>, hyper::Error> {
        let socket = TcpStream::connect(self.address).await.unwrap();
        self.over(socket).await
    }

    /// The same, where it may be that nobody is there.
    pub(crate) async fn reach(self) -> std::io::Result<Response<Incoming>> {
        let socket = TcpStream::connect(self.address).await?;
        self.over(socket).await.map_err(std::io::Error::other)
    }

    async fn over(self, socket: TcpStream) -> Result<Response<Incoming>, hyper::Error> {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(socket)).await?;
        #[expect(clippy::disallowed_methods, reason = "a test's own connection")]
        tokio::spawn(connection.with_upgrades());
        let mut request = Request::builder().method(self.method).uri(self.path);
        if !self.headers.iter().any(|(name, _)| name == "host") {
            request = request.header("host", self.address.to_string());
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        sender
            .send_request(request.body(Full::new(self.body)).unwrap())
            .await
    }

    /// Sends it and reads the whole answer.
    pub(crate) async fn send(self) -> Answer {
        let (head, body) = self.open().await.into_parts();
        let body = soon("a whole answer", body.collect())
            .await
            .unwrap()
            .to_bytes();
        Answer(Response::from_parts(head, body))
    }
}

/// A whole answer.
pub(crate) struct Answer(pub(crate) Response<Bytes>);

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// A header's value; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.0
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.headers().contains_key(name)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(self.0.body()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(self.0.body())
            .unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }
}
