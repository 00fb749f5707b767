use std::collections::HashSet;
use std::time::Duration;

use keyway_core::json::{self, quote};
use keyway_core::names::gateways_passed;
use keyway_core::ports::Definition;
use keyway_core::rpc::RawJson;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::catalog::Listing;
use super::warnings::Warnings;
use crate::upstream::failure::Failure;

/// The most pages of one list.
const PAGES: usize = 1_000;
/// An item that came through so many gateways, or more, is left out.
const GATEWAYS: usize = 4;

/// The pause before a page is asked for again.
const PAUSE: Duration = Duration::from_millis(100);

/// One list of a server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// The method that lists it.
    pub(super) method: &'static str,
    /// The member of the result that holds the items.
    pub(super) items: &'static str,
    /// The member of an item that names it.
    pub(super) key: &'static str,
}

pub(super) const TOOLS: Kind = Kind {
    method: "tools/list",
    items: "tools",
    key: "name",
};
pub(super) const RESOURCES: Kind = Kind {
    method: "resources/list",
    items: "resources",
    key: "uri",
};
pub(super) const TEMPLATES: Kind = Kind {
    method: "resources/templates/list",
    items: "resourceTemplates",
    key: "uriTemplate",
};
pub(super) const PROMPTS: Kind = Kind {
    method: "prompts/list",
    items: "prompts",
    key: "name",
};

/// Reads a list to its end, or as far as the bounds go. `check` says what else is wrong with an
/// item; a broken one costs only itself.
pub(super) async fn read_all(
    listing: &Listing<'_>,
    kind: Kind,
    warnings: &mut Warnings,
    mut check: impl FnMut(&str, &str) -> Result<bool, String>,
) -> Result<Vec<Definition>, Failure> {
    let Listing {
        connection, most, ..
    } = *listing;
    let mut found = Vec::new();
    let mut keys = HashSet::new();
    let mut cursors = HashSet::new();
    let mut bytes = 0usize;
    let mut around = false;
    let mut members = String::new();
    let until = Instant::now() + listing.limit;
    for _ in 0..PAGES {
        let page = match page(listing, kind, &members, until).await {
            Err(Failure::Timeout) if !members.is_empty() => {
                warnings.add(format!("{}: cut off, listing takes too long", kind.items));
                return Ok(found);
            }
            page => page?,
        };
        bytes = bytes.saturating_add(page.bytes().len());
        let items = items_of(&page, kind)?;
        for raw in items {
            let key = match key_of(raw.get(), kind) {
                Ok(key) => key,
                Err(wrong) => {
                    warnings.add(format!("{}: an item was left out: {wrong}", kind.items));
                    continue;
                }
            };
            // A call of it would be refused as a loop.
            if gateways_passed(&key) >= GATEWAYS {
                if !std::mem::replace(&mut around, true) {
                    warnings.add(format!(
                        "{}: items that came through {GATEWAYS} gateways were left out",
                        kind.items
                    ));
                }
                continue;
            }
            match check(&key, raw.get()) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(wrong) => {
                    warnings.add(format!(
                        "{}: `{}` was left out: {wrong}",
                        kind.items,
                        short(&key)
                    ));
                    continue;
                }
            }
            if !keys.insert(key.clone()) {
                warnings.add(format!("{}: `{}` is listed twice", kind.items, short(&key)));
                continue;
            }
            if found.len() == most {
                warnings.add(format!("{}: cut off after {most} items", kind.items));
                return Ok(found);
            }
            found.push(Definition {
                key,
                json: RawJson::slice_of(page.bytes(), raw),
            });
        }
        let Some(cursor) = json::member(page.as_str(), "nextCursor")
            .filter(|cursor| cursor.value.starts_with('"'))
            .map(|cursor| json::unquote(cursor.value).into_owned())
        else {
            return Ok(found);
        };
        if bytes > connection.line.bounds.bytes {
            warnings.add(format!("{}: cut off, the list is too large", kind.items));
            return Ok(found);
        }
        members = format!("\"cursor\":{}", quote(&cursor));
        if !cursors.insert(cursor) {
            warnings.add(format!("{}: cut off at a repeated cursor", kind.items));
            return Ok(found);
        }
    }
    warnings.add(format!("{}: cut off after {PAGES} pages", kind.items));
    Ok(found)
}

/// Asks for one page, and again when it did not come.
async fn page(
    listing: &Listing<'_>,
    kind: Kind,
    members: &str,
    until: Instant,
) -> Result<RawJson, Failure> {
    let mut repeated = 0;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let page = listing.connection.own(kind.method, members, left).await;
        match page {
            Err(failure) if repeated < listing.retries && failure.may_pass() => repeated += 1,
            page => return page,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn items_of(page: &RawJson, kind: Kind) -> Result<Vec<&RawValue>, Failure> {
    json::member(page.as_str(), kind.items)
        .and_then(|items| serde_json::from_str(items.value).ok())
        .ok_or_else(|| {
            Failure::Protocol(format!("its `{}` holds no `{}`", kind.method, kind.items))
        })
}

fn key_of(item: &str, kind: Kind) -> Result<String, String> {
    if !item.starts_with('{') {
        return Err("it is no object".into());
    }
    json::member(item, kind.key)
        .filter(|key| key.value.starts_with('"'))
        .map(|key| json::unquote(key.value).into_owned())
        .filter(|key| !key.is_empty())
        .ok_or_else(|| format!("it has no `{}`", kind.key))
}

/// A key that fits into a sentence.
fn short(key: &str) -> String {
    key.chars().take(80).collect()
}
