//! As much HTTP/1.1 as a load generator needs.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Failure;

/// A kept-alive connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// Where an answer's parts stand in the buffer.
#[derive(Debug, Clone, Copy)]
struct Extent {
    head: usize,
    end: usize,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; 16 << 10],
            filled: 0,
        })
    }

    /// Sends a request and gives back the answer's head and body.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<(&[u8], &[u8]), Failure> {
        self.stream.write_all(request).await?;
        self.filled = 0;
        let mut extent = None;
        loop {
            let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
            let read = self.stream.read(room).await?;
            if read == 0 {
                return Err("the server closed the connection".into());
            }
            self.filled += read;
            if extent.is_none() {
                extent = self.extent()?;
            }
            if let Some(Extent { head, end }) = extent {
                if self.filled > end {
                    return Err("the answer is longer than it says".into());
                }
                if self.filled == end {
                    let (head, rest) = self.buffer.split_at(head);
                    return Ok((head, rest.get(..end - head.len()).unwrap_or_default()));
                }
                if self.buffer.len() < end {
                    self.buffer.resize(end, 0);
                }
            } else if self.filled == self.buffer.len() {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
        }
    }

    /// The extent of the answer, once its head is there.
    fn extent(&self) -> Result<Option<Extent>, Failure> {
        let filled = self.buffer.get(..self.filled).unwrap_or_default();
        let Some(end) = memchr::memmem::find(filled, b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = filled.get(..end + 4).unwrap_or_default();
        let length = header(head, b"content-length").ok_or_else(|| {
            format!(
                "an answer without content-length: {}",
                String::from_utf8_lossy(filled)
            )
        })?;
        let length: usize = std::str::from_utf8(length)?.parse()?;
        Ok(Some(Extent {
            head: head.len(),
            end: head.len() + length,
        }))
    }
}

/// A header's value.
pub(crate) fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (start, value) = line.split_at_checked(name.len())?;
        let value = value.strip_prefix(b":")?;
        start.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
    })
}

/// True for an answer of status 200.
pub(crate) fn is_ok(head: &[u8]) -> bool {
    head.starts_with(b"HTTP/1.1 200 ")
}

/// One request on a connection of its own: the status line with the headers, and whatever came
/// after them, chunked or not.
pub(crate) async fn once(
    address: SocketAddr,
    request: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let mut stream = TcpStream::connect(address).await?;
    let (line, rest) = split_line(request);
    stream
        .write_all(&[line, b"connection: close\r\n", rest].concat())
        .await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let end = memchr::memmem::find(&answer, b"\r\n\r\n").ok_or("an answer without a head")? + 4;
    let body = answer.split_off(end);
    Ok((answer, body))
}

fn split_line(request: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memmem::find(request, b"\r\n").map_or(0, |at| at + 2);
    request.split_at(end)
}
