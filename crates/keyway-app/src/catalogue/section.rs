use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use keyway_core::rpc::{RawJson, RpcError};

use super::cursor;
use crate::{CacheScope, List, Page};

/// The most items of a page.
pub(crate) const PAGE: usize = 100;

/// Where an item stands: actions by slug, then servers by key, and a server's items by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// The server, or nothing for an action.
    pub(crate) server: Option<Arc<str>>,
    /// The action's slug, or the server's own name, URI or template.
    pub(crate) name: String,
}

/// One list: its items in order, and its pages already written.
#[derive(Debug)]
pub(crate) struct Section {
    list: List,
    items: Vec<(Key, RawJson)>,
    pages: Vec<Page>,
    ttl_ms: u64,
}

impl Section {
    pub(super) fn new(list: List, mut items: Vec<(Key, RawJson)>, ttl: Duration) -> Self {
        items.sort_by(|(one, _), (other, _)| one.cmp(other));
        items.dedup_by(|(later, _), (earlier, _)| later == earlier);
        let mut section = Self {
            list,
            items,
            pages: Vec::new(),
            ttl_ms: u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX),
        };
        section.pages = (0..section.items.len().max(1))
            .step_by(PAGE)
            .map(|start| section.write(start))
            .collect();
        section
    }

    /// How many items there are.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The page that starts after the cursor; the first one without.
    pub(crate) fn page(&self, after: Option<&str>) -> Result<Page, RpcError> {
        let start = match after {
            None => 0,
            Some(text) => {
                let after = cursor::read(self.list, text).ok_or_else(|| {
                    RpcError::new(RpcError::INVALID_PARAMS, "this cursor is not valid here")
                })?;
                self.items.partition_point(|(key, _)| *key <= after)
            }
        };
        let ready = start
            .is_multiple_of(PAGE)
            .then(|| self.pages.get(start / PAGE))
            .flatten();
        Ok(ready.cloned().unwrap_or_else(|| self.write(start)))
    }

    /// True when both list the same items, byte for byte.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.items.len() == other.items.len()
            && self
                .items
                .iter()
                .zip(&other.items)
                .all(|((_, one), (_, other))| one == other)
    }

    fn write(&self, start: usize) -> Page {
        let rest = self.items.get(start..).unwrap_or_default();
        let shown = rest.get(..PAGE).unwrap_or(rest);
        let bytes: usize = shown.iter().map(|(_, json)| json.bytes().len() + 1).sum();
        let mut text = Vec::with_capacity(bytes + 2);
        text.push(b'[');
        for (index, (_, json)) in shown.iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            text.extend_from_slice(json.bytes());
        }
        text.push(b']');
        Page {
            items: RawJson::parse(Bytes::from(text)).unwrap_or_else(|_| empty()),
            next_cursor: (rest.len() > PAGE)
                .then(|| shown.last().map(|(key, _)| cursor::write(self.list, key)))
                .flatten(),
            ttl_ms: self.ttl_ms,
            scope: CacheScope::Private,
        }
    }
}

fn empty() -> RawJson {
    RawJson::from_raw(serde_json::value::RawValue::NULL.to_owned())
}
