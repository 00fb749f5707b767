//! HTTP+SSE (2024-11-05, HTTP with SSE): everything the server says comes on one event stream, and
//! messages to it are posted to an address it names.

use std::sync::Arc;

use keyway_core::ports::Body;
use url::Url;

use super::endpoint::Endpoint;
use super::events::next;
use super::link::{Media, media_type};
use crate::upstream::failure::Failure;
use crate::upstream::line::{Answering, Line};
use crate::upstream::stream::{Out, Stream};
use crate::wire::SseParser;

/// Opens the event stream and waits for the address messages go to. A task keeps reading until the
/// connection is broken off.
pub(in crate::upstream) async fn open_sse(
    endpoint: &Arc<Endpoint>,
    line: &Arc<Line>,
) -> Result<Stream, Failure> {
    let response = endpoint.get(&|| endpoint.headers().clone()).await?;
    match response.status.as_u16() {
        200..=299 if matches!(media_type(&response.headers), Media::Events) => {}
        status => {
            return Err(Failure::Protocol(format!(
                "it answered HTTP {status} without an event stream"
            )));
        }
    }
    let mut body = response.body;
    let mut parser = SseParser::new(line.bounds.bytes);
    let to = loop {
        if let Some(event) = next(&mut parser)? {
            if event.event.as_deref() == Some("endpoint") {
                break String::from_utf8_lossy(&event.data).into_owned();
            }
            continue;
        }
        match body.chunk().await {
            Some(Ok(chunk)) => parser.push(&chunk),
            _ => {
                return Err(Failure::Protocol(
                    "its event stream names no address to post to".into(),
                ));
            }
        }
    };
    let post = endpoint.at(address(&endpoint.url, &to)?);
    let stream = Stream {
        line: Arc::clone(line),
        out: Out::Post(Arc::new(post)),
    };
    line.tasks.spawn(keep(stream.clone(), parser, body));
    Ok(stream)
}

/// The address to post to. It must be of the same origin: credentials go there.
fn address(base: &str, to: &str) -> Result<String, Failure> {
    let bad = || Failure::Protocol("the address it wants messages at is not usable".into());
    let base = Url::parse(base).map_err(|_| bad())?;
    if base.scheme() == "unix" {
        return if to.starts_with('/') {
            let mut at = base;
            at.set_fragment(Some(to));
            Ok(at.into())
        } else {
            Err(bad())
        };
    }
    let at = base.join(to).map_err(|_| bad())?;
    if at.origin() != base.origin() {
        return Err(Failure::Protocol(
            "it wants messages at another origin, which is not allowed".into(),
        ));
    }
    Ok(at.into())
}

async fn keep(stream: Stream, parser: SseParser, body: Body) {
    let line = Arc::clone(&stream.line);
    let gone = line.gone.clone();
    tokio::select! {
        () = gone.cancelled() => {}
        failure = read(&stream, parser, body) => line.break_off(failure),
    }
}

async fn read(stream: &Stream, mut parser: SseParser, mut body: Body) -> Failure {
    let mut answering = Answering::default();
    loop {
        loop {
            match next(&mut parser) {
                Ok(Some(event)) if event.data.is_empty() => {}
                Ok(Some(event)) => stream.line.shared_text(&event.data, &mut answering),
                Ok(None) => break,
                Err(failure) => return failure,
            }
        }
        tokio::select! {
            chunk = body.chunk() => match chunk {
                Some(Ok(chunk)) => parser.push(&chunk),
                Some(Err(error)) => return Failure::Closed(error.to_string()),
                None => return Failure::Closed("the server ended its event stream".into()),
            },
            text = answering.next() => {
                let _ = stream.send(text).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_only_go_to_the_same_origin() {
        let base = "http://host:1/sse";
        assert_eq!(address(base, "/m?s=1").unwrap(), "http://host:1/m?s=1");
        assert_eq!(address(base, "http://host:1/m").unwrap(), "http://host:1/m");
        for evil in ["http://other:1/m", "https://host:1/m", "//other/m"] {
            assert!(address(base, evil).is_err(), "{evil}");
        }
    }
}
