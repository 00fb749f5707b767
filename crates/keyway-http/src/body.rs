use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use http::StatusCode;
use http_body::Body;

use crate::refusal::Refusal;
use crate::settings::RequestLimits;

/// Reads a whole request body, within its limits. A body whose declared length is over the limit is
/// refused before any of it is read.
pub(crate) async fn read<B>(body: B, limits: &RequestLimits) -> Result<Bytes, Refusal>
where
    B: Body<Data = Bytes>,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > limits.body_bytes as u64 {
        return Err(too_large(limits.body_bytes));
    }
    let body = pin!(body);
    tokio::time::timeout(limits.body_time, collect(body, limits.body_bytes))
        .await
        .unwrap_or_else(|_| Err(too_slow(limits.body_time)))
}

async fn collect<B>(mut body: Pin<&mut B>, limit: usize) -> Result<Bytes, Refusal>
where
    B: Body<Data = Bytes>,
{
    let mut whole = Whole::default();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let Ok(frame) = frame else {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "broken_body",
                "the request's body did not arrive whole",
            ));
        };
        // Trailers carry nothing we read.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let expected = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if whole
            .len()
            .saturating_add(data.remaining())
            .saturating_add(expected)
            > limit
        {
            return Err(too_large(limit));
        }
        whole.push(data, expected);
        if body.is_end_stream() {
            break;
        }
    }
    Ok(whole.finish())
}

/// A body in the making. One chunk, the common case, is kept without copying.
#[derive(Default)]
enum Whole {
    #[default]
    Nothing,
    One(Bytes),
    Many(BytesMut),
}

impl Whole {
    fn len(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::One(bytes) => bytes.len(),
            Self::Many(bytes) => bytes.len(),
        }
    }

    /// Appends a chunk; at least `expected` bytes follow it.
    fn push(&mut self, chunk: Bytes, expected: usize) {
        *self = match std::mem::take(self) {
            Self::Nothing => Self::One(chunk),
            Self::One(first) => {
                let mut many = BytesMut::with_capacity(first.len() + chunk.len() + expected);
                many.extend_from_slice(&first);
                many.extend_from_slice(&chunk);
                Self::Many(many)
            }
            Self::Many(mut many) => {
                many.extend_from_slice(&chunk);
                Self::Many(many)
            }
        };
    }

    fn finish(self) -> Bytes {
        match self {
            Self::Nothing => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::Many(bytes) => bytes.freeze(),
        }
    }
}

fn too_large(limit: usize) -> Refusal {
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!("the request's body is larger than {limit} bytes"),
    )
    .unread()
}

fn too_slow(limit: Duration) -> Refusal {
    Refusal::new(
        StatusCode::REQUEST_TIMEOUT,
        "body_too_slow",
        format!(
            "the request's body did not arrive within {} s",
            limit.as_secs_f32()
        ),
    )
    .unread()
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};

    use super::*;

    const LIMITS: RequestLimits = RequestLimits {
        body_bytes: 10,
        body_time: Duration::from_secs(20),
    };

    async fn chunks(chunks: &[&'static str]) -> Result<Bytes, StatusCode> {
        let frames = chunks.iter().map(|chunk| {
            Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(chunk.as_bytes())))
        });
        let body = StreamBody::new(stream::iter(frames.collect::<Vec<_>>()));
        read(body, &LIMITS)
            .await
            .map_err(|refusal| refusal.status())
    }

    #[tokio::test]
    async fn chunks_are_put_together() {
        assert_eq!(chunks(&[]).await, Ok(Bytes::new()));
        assert_eq!(chunks(&["abc"]).await, Ok(Bytes::from_static(b"abc")));
        assert_eq!(
            chunks(&["abc", "def", "", "ghij"]).await,
            Ok(Bytes::from_static(b"abcdefghij"))
        );
    }

    #[tokio::test]
    async fn one_byte_over_the_limit_is_too_large() {
        assert_eq!(
            chunks(&["abcdefghij", "k"]).await,
            Err(StatusCode::PAYLOAD_TOO_LARGE)
        );
        let declared = Full::new(Bytes::from_static(b"abcdefghijk"));
        let refusal = read(declared, &LIMITS).await.unwrap_err();
        assert_eq!(refusal.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_too_slow() {
        let never = StreamBody::new(stream::pending::<Result<Frame<Bytes>, std::io::Error>>());
        let refusal = read(never, &LIMITS).await.unwrap_err();
        assert_eq!(refusal.status(), StatusCode::REQUEST_TIMEOUT);
    }
}
