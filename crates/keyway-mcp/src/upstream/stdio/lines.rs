use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// One line of a stream, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A whole line.
    Whole(Bytes),
    /// A line longer than the limit: its beginning, of up to the limit. The rest is skipped.
    Cut(Bytes),
}

/// Cuts a stream into lines, in bounded memory.
#[derive(Debug)]
pub(super) struct Lines<R> {
    from: R,
    limit: usize,
    buffer: BytesMut,
    searched: usize,
    skipping: bool,
    ended: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Lines of up to `limit` bytes.
    pub(super) fn new(from: R, limit: usize) -> Self {
        Self {
            from,
            limit,
            buffer: BytesMut::new(),
            searched: 0,
            skipping: false,
            ended: false,
        }
    }

    /// The next line; `None` once the stream has ended. Cancel safe.
    pub(super) async fn next(&mut self) -> Option<Line> {
        loop {
            let unread = self.buffer.get(self.searched..).unwrap_or_default();
            if let Some(found) = memchr::memchr(b'\n', unread) {
                let end = self.searched + found;
                let mut line = self.buffer.split_to(end + 1).freeze();
                line.truncate(end);
                if line.ends_with(b"\r") {
                    line.truncate(end - 1);
                }
                self.searched = 0;
                if std::mem::take(&mut self.skipping) {
                    continue;
                }
                return Some(if line.len() > self.limit {
                    Line::Cut(line.slice(..self.limit))
                } else {
                    Line::Whole(line)
                });
            }
            self.searched = self.buffer.len();
            if self.skipping {
                self.buffer.clear();
                self.searched = 0;
            } else if self.buffer.len() > self.limit {
                let mut line = std::mem::take(&mut self.buffer).freeze();
                line.truncate(self.limit);
                self.searched = 0;
                self.skipping = true;
                return Some(Line::Cut(line));
            }
            if self.ended {
                let rest = std::mem::take(&mut self.buffer);
                return (!rest.is_empty()).then(|| Line::Whole(rest.freeze()));
            }
            self.buffer.reserve(8 << 10);
            // A read that fails ends the stream like its end does.
            self.ended =
                !matches!(self.from.read_buf(&mut self.buffer).await, Ok(read) if read > 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn long_lines_are_cut_and_cost_no_memory() {
        let text = format!("one\r\n{}\nthree\n\nlast", "x".repeat(100_000));
        let mut lines = Lines::new(text.as_bytes(), 10);
        assert_eq!(lines.next().await, Some(Line::Whole("one".into())));
        assert_eq!(lines.next().await, Some(Line::Cut("xxxxxxxxxx".into())));
        assert_eq!(lines.next().await, Some(Line::Whole("three".into())));
        assert_eq!(lines.next().await, Some(Line::Whole(Bytes::new())));
        assert_eq!(lines.next().await, Some(Line::Whole("last".into())));
        assert_eq!(lines.next().await, None);
    }
}
