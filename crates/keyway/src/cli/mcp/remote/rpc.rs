use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use keyway_core::Secret;
use keyway_core::ports::{
    Destination, HttpError, HttpRequest, HttpResponse, HttpSend, Limits, Redirects,
};
use keyway_egress::{Egress, EgressConfig};
use keyway_mcp::wire::meta::{CLIENT_CAPABILITIES, CLIENT_INFO, PROTOCOL_VERSION};
use keyway_mcp::wire::{Revision, encode_header};
use serde_json::{Value, json};

use super::answer;
use crate::cli::failure::Failure;
use crate::cli::server::Address;

/// A gateway, spoken to as any client would: one request at a time, nothing kept between them
/// (MCP 2026-07-28).
pub(in crate::cli::mcp) struct Remote {
    address: Address,
    key: Option<Secret<String>>,
    egress: Egress,
}

impl Remote {
    pub(in crate::cli::mcp) fn new(address: Address, key: Option<Secret<String>>) -> Self {
        Self {
            address,
            key,
            egress: Egress::new(EgressConfig::default()),
        }
    }

    /// `GET` of a path of the HTTP API.
    pub(in crate::cli::mcp) async fn get(&self, path: &str) -> Result<Value, Failure> {
        let url = format!("{}{path}", self.address.base);
        let response = self
            .send(Method::GET, url, self.headers()?, Bytes::new())
            .await?;
        let body = answer::body(response).await?;
        serde_json::from_slice(&body).map_err(|_| not_a_gateway())
    }

    /// One MCP request; its result.
    pub(in crate::cli::mcp) async fn request(
        &self,
        method: &str,
        params: Value,
    ) -> Result<Value, Failure> {
        let mut params = params;
        let revision = Revision::NEWEST.as_str();
        if let Some(params) = params.as_object_mut() {
            let meta = json!({
                PROTOCOL_VERSION: revision,
                CLIENT_INFO: { "name": "keyway-cli", "version": env!("CARGO_PKG_VERSION") },
                CLIENT_CAPABILITIES: {},
            });
            params.insert("_meta".into(), meta);
        }
        let mut headers = self.headers()?;
        headers.insert("mcp-protocol-version", HeaderValue::from_static(revision));
        headers.insert("mcp-method", encode_header(method));
        if let Some(name) = params.get("name").and_then(Value::as_str) {
            headers.insert("mcp-name", encode_header(name));
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("application/json, text/event-stream"),
        );
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let body = Bytes::from(request.to_string());
        let response = self
            .send(Method::POST, self.address.mcp.clone(), headers, body)
            .await?;
        answer::result(response).await
    }

    fn headers(&self) -> Result<HeaderMap, Failure> {
        let mut headers = HeaderMap::new();
        if let Some(key) = &self.key {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose().trim()))
                .map_err(|_| {
                    Failure::usage("bad_api_key", "the API key has characters no key has")
                })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }

    async fn send(
        &self,
        method: Method,
        url: String,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<HttpResponse, Failure> {
        let base = &self.address.base;
        let response = self
            .egress
            .send(HttpRequest {
                method,
                url,
                headers,
                body,
                destination: Destination::Operator,
                redirects: Redirects::Return,
                hosts: None,
                retries: 0,
                limits: Limits {
                    connect: Duration::from_secs(10),
                    head: None,
                    body_bytes: None,
                },
            })
            .await
            .map_err(|error| unreachable(base, &error))?;
        match response.status {
            StatusCode::UNAUTHORIZED if self.key.is_none() => Err(Failure::new(
                "unauthenticated",
                format!("{base} wants an API key"),
            )
            .with_hint("set KEYWAY_API_KEY, or give --api-key @file:PATH")),
            StatusCode::UNAUTHORIZED => Err(Failure::new(
                "unauthenticated",
                format!("{base} does not accept this API key"),
            )
            .with_hint("`keyway api-keys list` shows which keys work")),
            _ => Ok(response),
        }
    }
}

fn unreachable(base: &str, error: &HttpError) -> Failure {
    Failure::new("unreachable", format!("{base}: {error}"))
        .with_hint("is the gateway running? `keyway serve` starts it")
}

pub(in crate::cli::mcp) fn not_a_gateway() -> Failure {
    Failure::new("not_a_gateway", "what answered is not a Keyway gateway")
        .with_hint("give the gateway's URL with --server")
}
