//! As much of a browser as a sign-in and the console need: it keeps cookies, and fills in forms.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::Failure;
use crate::http::{Connection, header};

/// A browser with one kept-alive connection.
#[derive(Debug)]
pub(super) struct Browser {
    connection: Connection,
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
}

/// What a browser was answered.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) location: String,
    pub(super) body: String,
}

impl Browser {
    pub(super) async fn open(address: SocketAddr) -> Result<Self, Failure> {
        Ok(Self {
            connection: Connection::open(address).await?,
            address,
            cookies: BTreeMap::new(),
        })
    }

    /// The same browser over another connection: one that nothing is sent over is closed.
    pub(super) async fn reopen(&mut self) -> Result<(), Failure> {
        self.connection = Connection::open(self.address).await?;
        Ok(())
    }

    /// The request of a page, with the cookies of now.
    pub(super) fn request(&self, path: &str) -> Vec<u8> {
        let (address, cookie) = (self.address, self.cookie());
        format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/html\r\n{cookie}content-length: 0\r\n\r\n"
        )
        .into_bytes()
    }

    pub(super) async fn get(&mut self, path: &str) -> Result<Page, Failure> {
        self.send(&self.request(path)).await
    }

    /// Fills in the form of a page, whose hidden fields go back with it, and sends it.
    pub(super) async fn submit(
        &mut self,
        page: &Page,
        fields: &[(&str, &str)],
    ) -> Result<Page, Failure> {
        let action = between(&page.body, "action=\"", "\"")
            .ok_or_else(|| format!("a page without a form: {}", page.body))?;
        let mut sent = String::new();
        for input in page.body.split("<input type=\"hidden\"").skip(1) {
            let name = between(input, "name=\"", "\"").ok_or("a hidden field without a name")?;
            let value = between(input, "value=\"", "\"").ok_or("a hidden field without a value")?;
            add(&mut sent, &unescape(name), &unescape(value));
        }
        for (name, value) in fields {
            add(&mut sent, name, value);
        }
        let (address, cookie, action) = (self.address, self.cookie(), unescape(action));
        let request = format!(
            "POST {action} HTTP/1.1\r\nhost: {address}\r\naccept: text/html\r\norigin: http://{address}\r\nsec-fetch-site: same-origin\r\n{cookie}content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{sent}",
            sent.len()
        );
        self.send(request.as_bytes()).await
    }

    async fn send(&mut self, request: &[u8]) -> Result<Page, Failure> {
        let (head, body) = self.connection.exchange(request).await?;
        let page = Page {
            status: status(head),
            location: text(header(head, b"location").unwrap_or_default()),
            body: text(body),
        };
        for line in text(head).lines() {
            let Some((name, value)) = line.split_once(": ") else {
                continue;
            };
            let pair = value
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='));
            if let Some((cookie, value)) = pair
                && name.eq_ignore_ascii_case("set-cookie")
            {
                self.cookies.insert(cookie.to_owned(), value.to_owned());
            }
        }
        self.cookies.retain(|_, value| !value.is_empty());
        Ok(page)
    }

    fn cookie(&self) -> String {
        if self.cookies.is_empty() {
            return String::new();
        }
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        format!("cookie: {}\r\n", pairs.collect::<Vec<_>>().join("; "))
    }
}

/// Fields as a form sends them.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        add(&mut form, name, value);
    }
    form
}

fn add(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    encode(form, name);
    form.push('=');
    encode(form, value);
}

fn encode(form: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            form.push(char::from(byte));
        } else {
            let _ = write!(form, "%{byte:02X}");
        }
    }
}

/// The status of an answer, 0 when there is none.
pub(super) fn status(head: &[u8]) -> u16 {
    let digits = head
        .get(9..12)
        .and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

pub(super) fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    let (found, _) = rest.split_once(end)?;
    Some(found)
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x2f;", "/")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
