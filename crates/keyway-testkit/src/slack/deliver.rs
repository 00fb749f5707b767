use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::{Position, Url};

use super::Slack;

/// What the receiver of a webhook said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Slack {
    /// Sends a body to an address, signed now. It may be sent again: `retry` says for which time that is.
    ///
    /// # Errors
    ///
    /// Nobody is there, or it breaks off.
    pub async fn deliver(
        &self,
        url: &str,
        body: &Value,
        retry: Option<u32>,
    ) -> std::io::Result<Delivered> {
        let body = body.to_string();
        self.deliver_as(url, "application/json", body.as_bytes(), retry)
            .await
    }

    /// Sends what somebody pressed.
    ///
    /// # Errors
    ///
    /// Nobody is there, or it breaks off.
    pub async fn press(&self, url: &str, payload: &Value) -> std::io::Result<Delivered> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("payload", &payload.to_string());
        let form = form.finish();
        let media = "application/x-www-form-urlencoded";
        self.deliver_as(url, media, form.as_bytes(), None).await
    }

    async fn deliver_as(
        &self,
        url: &str,
        media: &str,
        body: &[u8],
        retry: Option<u32>,
    ) -> std::io::Result<Delivered> {
        let url = Url::parse(url).map_err(std::io::Error::other)?;
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(80);
        let mut head = format!(
            "POST {} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\ncontent-type: {media}\r\ncontent-length: {}\r\n",
            &url[Position::BeforePath..Position::AfterQuery],
            body.len(),
        );
        for (name, value) in Self::sign(Timestamp::now().as_second(), body) {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if let Some(retry) = retry {
            let _ = write!(
                head,
                "x-slack-retry-num: {retry}\r\nx-slack-retry-reason: http_timeout\r\n"
            );
        }
        head.push_str("\r\n");
        let mut socket = TcpStream::connect((host, port)).await?;
        socket.write_all(head.as_bytes()).await?;
        socket.write_all(body).await?;
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Ok(Delivered {
            status: status.ok_or_else(|| std::io::Error::other("no answer"))?,
            body: body.to_owned(),
        })
    }
}
