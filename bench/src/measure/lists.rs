//! `tools/list` in pages of 100 out of 1,000 tools.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::gateway::{Access, Gateway};
use super::{Plan, median};
use crate::Failure;
use crate::http;
use crate::load::{self, Shape};
use crate::message::Message;
use crate::process::Process;
use crate::report::Figure;

const TOOLS: usize = 1_000;
const PAGE: usize = 100;
const CONNECTIONS: usize = 16;

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    result: ListedResult<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedResult<'a> {
    #[serde(borrow)]
    tools: Vec<&'a RawValue>,
    next_cursor: Option<String>,
}

/// Where the next page starts.
pub(super) fn next_cursor(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Listed<'_>>(body)
        .ok()?
        .result
        .next_cursor
}

/// Pages per second, the second page over and over.
pub(super) async fn pages(plan: &Plan) -> Result<Figure, Failure> {
    eprintln!("tools/list");
    let server = Process::start(&["plain", "--tools", "1000"])?;
    let mut gateway = Gateway::start(Access::Open, &[("up".to_owned(), server.address)]).await?;
    gateway.until_listed("mcp__up__tool_0999").await?;
    let address = gateway.process.address;

    let mut cursor = None;
    let mut sizes = Vec::new();
    let mut second = None;
    loop {
        let request = Message::list(cursor.as_deref());
        let (_, body) = http::once(address, &request.bytes).await?;
        let listed: Listed<'_> = serde_json::from_slice(&body)?;
        sizes.push(listed.result.tools.len());
        cursor = listed.result.next_cursor;
        if second.is_none() {
            second.clone_from(&cursor);
        }
        if cursor.is_none() {
            break;
        }
    }
    // The actions of this gateway are listed first.
    if sizes.iter().sum::<usize>() <= TOOLS || sizes.first() != Some(&PAGE) {
        return Err(format!("unexpected pages: {sizes:?}").into());
    }
    let second = second.ok_or("there is one page only")?;
    let shape = Shape::learn(address, &Message::list(Some(&second)), 1).await?;
    let mut rates = Vec::new();
    for _ in 0..plan.rounds {
        load::run(address, &shape, CONNECTIONS, plan.warm_up).await?;
        rates.push(
            load::run(address, &shape, CONNECTIONS, plan.load)
                .await?
                .per_second,
        );
    }
    Ok(Figure::at_least(
        "tools/list, pages of 100 out of 1,000 tools, 16 connections",
        median(rates),
        "/s",
        5_000.0,
    ))
}
