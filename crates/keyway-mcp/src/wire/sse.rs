use std::time::Duration;

use bytes::{Bytes, BytesMut};

/// Writes one event (HTML Standard, "Server-sent events"). JSON text with line breaks between its
/// tokens takes several `data` lines.
pub fn write_event(out: &mut Vec<u8>, id: Option<&str>, data: &str) {
    if let Some(id) = id {
        out.extend_from_slice(b"id: ");
        out.extend_from_slice(id.as_bytes());
        out.push(b'\n');
    }
    let mut rest = data;
    loop {
        out.extend_from_slice(b"data: ");
        let Some(end) = memchr::memchr2(b'\n', b'\r', rest.as_bytes()) else {
            out.extend_from_slice(rest.as_bytes());
            break;
        };
        let (line, tail) = rest.split_at(end);
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
        rest = tail
            .strip_prefix("\r\n")
            .unwrap_or_else(|| tail.get(1..).unwrap_or_default());
    }
    out.extend_from_slice(b"\n\n");
}

/// Writes a comment, which keeps an idle stream open.
pub fn write_comment(out: &mut Vec<u8>) {
    out.extend_from_slice(b":\n\n");
}

/// One event of a stream.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// Its type, when it names one.
    pub event: Option<String>,
    /// Its id, when it has one.
    pub id: Option<String>,
    /// Its data; empty for an event that only carries an id or a delay.
    pub data: Bytes,
    /// How long to wait before connecting anew, when it says so.
    pub retry: Option<Duration>,
}

impl std::fmt::Debug for SseEvent {
    /// Shows the length of the data only: payloads are never logged.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SseEvent({} bytes)", self.data.len())
    }
}

/// An event is larger than the reader accepts; the stream is of no further use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is larger than allowed")]
pub struct TooLarge;

/// Cuts a byte stream into events as it comes in, in bounded memory.
#[derive(Debug)]
pub struct SseParser {
    limit: usize,
    buffer: BytesMut,
    /// Bytes of the buffer that were searched for the end of a line.
    searched: usize,
    /// The last line ended in a carriage return: a line feed right behind it belongs to it.
    after_return: bool,
    started: bool,
    event: SseEvent,
    parts: Parts,
    /// The event has a field that makes it worth telling.
    filled: bool,
}

/// The data lines of an event: one is shared with the buffer, more are joined.
#[derive(Debug, Default)]
enum Parts {
    #[default]
    None,
    One(Bytes),
    Many(BytesMut),
}

impl SseParser {
    /// A parser for events of up to `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            buffer: BytesMut::new(),
            searched: 0,
            after_return: false,
            started: false,
            event: SseEvent::default(),
            parts: Parts::None,
            filled: false,
        }
    }

    /// Takes the next piece of the stream.
    pub fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// The next whole event, or `None` until more of the stream is there.
    pub fn next_event(&mut self) -> Result<Option<SseEvent>, TooLarge> {
        while let Some(line) = self.next_line() {
            if line.is_empty() {
                if std::mem::take(&mut self.filled) {
                    return Ok(Some(self.take_event()));
                }
            } else {
                self.field(&line)?;
            }
        }
        if self.buffer.len() + self.parts.len() > self.limit {
            return Err(TooLarge);
        }
        Ok(None)
    }

    fn next_line(&mut self) -> Option<Bytes> {
        if self.after_return && !self.buffer.is_empty() {
            self.after_return = false;
            if self.buffer.starts_with(b"\n") {
                drop(self.buffer.split_to(1));
            }
        }
        let unread = self.buffer.get(self.searched..).unwrap_or_default();
        let Some(found) = memchr::memchr2(b'\n', b'\r', unread) else {
            self.searched = self.buffer.len();
            return None;
        };
        let end = self.searched + found;
        self.searched = 0;
        self.after_return = self.buffer.get(end) == Some(&b'\r');
        let mut line = self.buffer.split_to(end + 1).freeze();
        line.truncate(end);
        if !self.started {
            self.started = true;
            if line.starts_with(b"\xef\xbb\xbf") {
                line = line.slice(3..);
            }
        }
        Some(line)
    }

    fn field(&mut self, line: &Bytes) -> Result<(), TooLarge> {
        let colon = memchr::memchr(b':', line);
        let name = line.get(..colon.unwrap_or(line.len())).unwrap_or_default();
        let mut start = colon.map_or(line.len(), |at| at + 1);
        if line.get(start) == Some(&b' ') {
            start += 1;
        }
        match name {
            b"data" => {
                let value = line.slice(start..);
                self.filled = true;
                if self.parts.len() + value.len() > self.limit {
                    return Err(TooLarge);
                }
                self.parts.add(value);
            }
            b"event" => self.event.event = text(line, start),
            b"id" => {
                self.filled = true;
                self.event.id = text(line, start).filter(|id| !id.contains('\0'));
            }
            b"retry" => {
                let millis = text(line, start).and_then(|digits| digits.parse().ok());
                if let Some(millis) = millis {
                    self.filled = true;
                    self.event.retry = Some(Duration::from_millis(millis));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn take_event(&mut self) -> SseEvent {
        let mut event = std::mem::take(&mut self.event);
        event.data = match std::mem::take(&mut self.parts) {
            Parts::None => Bytes::new(),
            Parts::One(line) => line,
            Parts::Many(lines) => lines.freeze(),
        };
        event
    }
}

impl Parts {
    fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(line) => line.len(),
            Self::Many(lines) => lines.len(),
        }
    }

    fn add(&mut self, line: Bytes) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(line),
            Self::One(first) => Self::Many(joined(BytesMut::from(first), &line)),
            Self::Many(lines) => Self::Many(joined(lines, &line)),
        };
    }
}

fn joined(mut lines: BytesMut, line: &[u8]) -> BytesMut {
    lines.extend_from_slice(b"\n");
    lines.extend_from_slice(line);
    lines
}

fn text(line: &Bytes, start: usize) -> Option<String> {
    let value = line.get(start..)?;
    std::str::from_utf8(value).ok().map(str::to_owned)
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
