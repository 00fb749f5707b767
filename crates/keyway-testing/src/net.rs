use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use keyway_core::ports::{Destination, HttpRequest, HttpSend as _, Limits, Redirects};
use keyway_egress::{Egress, EgressConfig};

/// How long a gateway may take to answer a test.
const PATIENCE: Duration = Duration::from_mins(1);
const LARGEST: usize = 64 << 20;

/// Sends one request to a gateway of this process, and reads the answer.
pub(crate) async fn send(
    method: Method,
    url: &str,
    headers: &[(&'static str, &str)],
    body: Bytes,
) -> (StatusCode, HeaderMap, Bytes) {
    let mut named = HeaderMap::new();
    for (name, value) in headers {
        let value: HeaderValue = value.parse().expect("the value of a header");
        named.insert(HeaderName::from_static(name), value);
    }
    let request = HttpRequest {
        method,
        url: url.to_owned(),
        headers: named,
        body,
        destination: Destination::Operator,
        redirects: Redirects::Return,
        hosts: None,
        retries: 0,
        limits: Limits {
            connect: PATIENCE,
            head: Some(PATIENCE),
            body_bytes: None,
        },
    };
    let answer = Egress::new(EgressConfig::default()).send(request).await;
    let answer = answer.expect("the gateway answers");
    let body = answer.body.collect(LARGEST).await;
    let body = body.expect("the gateway answers whole");
    (answer.status, answer.headers, body)
}
