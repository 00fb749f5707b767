//! A gateway with many connectors: their lists in the console and over MCP, adding one more, and the
//! memory they take.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::browser::{Browser, status};
use super::gateway::{Access, Gateway};
use super::lists::next_cursor;
use super::median;
use crate::Failure;
use crate::http::{Connection, is_ok};
use crate::message::Message;
use crate::process::Process;
use crate::report::Figure;

/// How many tools each lists.
const TOOLS: usize = 10;

/// How long all of them may take to be connected.
const PATIENCE: Duration = Duration::from_mins(10);

const CONFIGURATION: &str = "\
rate_limit:
  principal: {limit: 0}
  client: {limit: 0}
  address: {limit: 0}
egress:
  allow: [\"127.0.0.1/32\"]
";

/// How much is measured.
#[derive(Debug)]
pub(super) struct Effort {
    rounds: usize,
    connectors: usize,
}

impl Effort {
    pub(super) fn of(rounds: usize, connectors: usize) -> Self {
        Self {
            rounds: rounds * 4,
            connectors,
        }
    }

    pub(super) fn smoke() -> Self {
        Self {
            rounds: 1,
            connectors: 3,
        }
    }
}

/// An administrator of a gateway, by API key and in a browser.
struct Desk {
    gateway: Gateway,
    key: String,
    /// Where the server with all the tools is.
    upstream: SocketAddr,
    api: Connection,
    browser: Browser,
}

pub(super) async fn run(effort: &Effort) -> Result<Vec<Figure>, Failure> {
    let (many, rounds) = (effort.connectors, effort.rounds);
    eprintln!("{many} connectors");
    let server = Process::start(&["plain", "--tools", &TOOLS.to_string()])?;
    let mut desk = Desk::open(server.address).await?;
    let begin = Instant::now();
    for number in 0..many {
        desk.add(number).await?;
    }
    let adding_all = begin.elapsed();
    desk.until_listed(many * TOOLS).await?;
    let all_there = begin.elapsed();
    let resident = desk.gateway.process.resident()? / 1024.0;
    desk.browser.reopen().await?;
    let (mut adding, mut first, mut lists) = (vec![], vec![], vec![]);
    for round in 0..rounds {
        adding.push(desk.add(many + round).await?);
        desk.until_listed((many + round + 1) * TOOLS).await?;
        first.push(desk.first_page().await?);
        lists.push(desk.page("/console/integrations").await?);
    }
    Ok(vec![
        Figure::plain(
            &format!("{many} connectors added one by one"),
            adding_all.as_secs_f64(),
            "s",
        ),
        Figure::plain(
            "of all of them every tool listed, since the first was added",
            all_there.as_secs_f64(),
            "s",
        ),
        Figure::at_most("adding one more", median(adding), "ms", 100.0),
        Figure::at_most("the first page of `tools/list`", median(first), "ms", 10.0),
        Figure::at_most("the console's list", median(lists), "ms", 50.0),
        Figure::at_most("resident memory", resident, "MiB", 250.0),
    ])
}

impl Desk {
    async fn open(upstream: SocketAddr) -> Result<Self, Failure> {
        let gateway = Gateway::start_with(Access::ApiKey, &[], CONFIGURATION).await?;
        let (key, address) = (gateway.api_key().await?, gateway.process.address);
        let mut browser = Browser::open(address).await?;
        let page = browser.get(&gateway.setup_path().await?).await?;
        let owner = [
            ("name", "Ada"),
            ("email", "ada@example.com"),
            ("password", "correct horse battery staple"),
        ];
        let signed_in = browser.submit(&page, &owner).await?;
        if signed_in.status != 303 {
            return Err(format!("no owner: {}", signed_in.body).into());
        }
        Ok(Self {
            gateway,
            key,
            upstream,
            api: Connection::open(address).await?,
            browser,
        })
    }

    /// Milliseconds that adding a connector takes.
    async fn add(&mut self, number: usize) -> Result<f64, Failure> {
        let (host, key) = (self.gateway.process.address, &self.key);
        let body = json!({
            "name": format!("Server {number:04}"),
            "url": format!("http://{}/mcp/{number}", self.upstream),
        });
        let body = body.to_string();
        let request = format!(
            "POST /v1/connectors HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let begin = Instant::now();
        let (head, body) = self.api.exchange(request.as_bytes()).await?;
        let took = milliseconds(begin);
        if status(head) != 201 {
            return Err(format!("not added: {}", String::from_utf8_lossy(body)).into());
        }
        Ok(took)
    }

    /// Waits until so many tools of connectors are listed.
    async fn until_listed(&mut self, tools: usize) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let listed = self.listed().await?;
            if listed == tools {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("{listed} of {tools} tools are listed").into());
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn listed(&mut self) -> Result<usize, Failure> {
        let (mut listed, mut cursor) = (0, None);
        loop {
            let body = self.list(cursor.as_deref()).await?;
            listed += memchr::memmem::find_iter(&body, br#""name":"mcp__"#).count();
            cursor = next_cursor(&body);
            if cursor.is_none() {
                return Ok(listed);
            }
        }
    }

    /// Milliseconds of the first page of `tools/list`.
    async fn first_page(&mut self) -> Result<f64, Failure> {
        let begin = Instant::now();
        let body = self.list(None).await?;
        let took = milliseconds(begin);
        let answer: Value = serde_json::from_slice(&body)?;
        match answer.pointer("/result/tools/0") {
            Some(_) => Ok(took),
            None => Err(format!("no tools: {answer}").into()),
        }
    }

    async fn list(&mut self, cursor: Option<&str>) -> Result<Vec<u8>, Failure> {
        let request = Message::list(cursor).with_key(&self.key);
        let request = request.at(self.gateway.process.address);
        let (head, body) = self.api.exchange(&request.bytes).await?;
        if !is_ok(head) {
            return Err(format!("no list: {}", String::from_utf8_lossy(body)).into());
        }
        Ok(body.to_vec())
    }

    /// Milliseconds of a page of the console.
    async fn page(&mut self, path: &str) -> Result<f64, Failure> {
        let begin = Instant::now();
        let page = self.browser.get(path).await?;
        let took = milliseconds(begin);
        if page.status != 200 || !page.body.contains("Server 0001") {
            return Err(format!("no list of connectors: {} {}", page.status, page.body).into());
        }
        Ok(took)
    }
}

fn milliseconds(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1e3
}
