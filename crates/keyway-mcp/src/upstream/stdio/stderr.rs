use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::AsyncRead;

use super::lines::{Line, Lines};
use crate::upstream::redact::Redactor;

/// The longest line that is logged.
const LINE: usize = 8 << 10;

/// How much is kept of one server.
const KEPT: usize = 64 << 10;

/// What a child wrote to its standard error lately, without secrets.
#[derive(Default)]
pub(super) struct Tail {
    inner: Mutex<(VecDeque<String>, usize)>,
}

impl Tail {
    fn push(&self, line: String) {
        let mut inner = self.inner.lock();
        inner.1 += line.len();
        inner.0.push_back(line);
        while inner.1 > KEPT {
            let Some(oldest) = inner.0.pop_front() else {
                break;
            };
            inner.1 -= oldest.len();
        }
    }

    /// The last line that says something, cut to a length that fits into a sentence.
    pub(super) fn last(&self) -> Option<String> {
        let inner = self.inner.lock();
        let line = inner.0.iter().rev().find(|line| !line.trim().is_empty())?;
        Some(line.trim().chars().take(200).collect())
    }
}

/// Logs what the child writes to its standard error, at debug level, until it ends.
pub(super) async fn drain(
    server: Arc<str>,
    from: impl AsyncRead + Unpin,
    redactor: Arc<Redactor>,
    tail: Arc<Tail>,
) {
    let mut lines = Lines::new(from, LINE);
    while let Some(line) = lines.next().await {
        let (Line::Whole(line) | Line::Cut(line)) = line;
        let text = String::from_utf8_lossy(&line);
        let clean = redactor.clean(&text);
        tracing::debug!(server = %server, stderr = %clean, "the server wrote to its standard error");
        tail.push(clean.into_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_part_is_kept() {
        let tail = Tail::default();
        for at in 0..100 {
            tail.push(format!("{at} {}", "x".repeat(1000)));
        }
        let inner = tail.inner.lock();
        assert!(inner.1 <= KEPT && inner.0.len() < 66, "{}", inner.1);
        assert_eq!(inner.0.iter().map(String::len).sum::<usize>(), inner.1);
        drop(inner);
        tail.push("  the end  ".into());
        tail.push(String::new());
        assert_eq!(tail.last().unwrap(), "the end");
    }
}
