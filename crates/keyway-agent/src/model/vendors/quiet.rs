use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tracing::Dispatch;

/// Runs something without its log events: what `genai` logs holds bodies of answers, and errors of
/// vendors that quote keys.
pub(super) struct Quiet<T> {
    inner: T,
    nobody: Dispatch,
}

impl<T> Quiet<T> {
    pub(super) fn new(inner: T) -> Self {
        Self {
            inner,
            nobody: Dispatch::none(),
        }
    }
}

impl<T: Future + Unpin> Future for Quiet<T> {
    type Output = T::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T::Output> {
        let Self { inner, nobody } = &mut *self;
        tracing::dispatcher::with_default(nobody, || Pin::new(inner).poll(cx))
    }
}

impl<T: Stream + Unpin> Stream for Quiet<T> {
    type Item = T::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T::Item>> {
        let Self { inner, nobody } = &mut *self;
        tracing::dispatcher::with_default(nobody, || Pin::new(inner).poll_next(cx))
    }
}
