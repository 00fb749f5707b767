use std::hash::{DefaultHasher, Hasher as _};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use keyway_core::rpc::{RawJson, RpcError};
use keyway_policy::Thing;

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

/// One item of a list.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) key: Key,
    /// As clients are shown it.
    pub(crate) json: RawJson,
    /// As policies see it.
    pub(crate) thing: Arc<Thing>,
}

/// One list: its items in order, and those of its pages that somebody read.
#[derive(Debug)]
pub(crate) struct Section {
    list: List,
    items: Vec<Item>,
    pages: Vec<OnceLock<Page>>,
    ttl_ms: u64,
    digest: OnceLock<u64>,
}

impl Section {
    pub(super) fn new(list: List, mut items: Vec<Item>, ttl: Duration) -> Self {
        items.sort_by(|one, other| one.key.cmp(&other.key));
        items.dedup_by(|later, earlier| later.key == earlier.key);
        let ttl_ms = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
        Self::written(list, items, ttl_ms)
    }

    /// What is left of it for whoever sees only some things; `None` where that is all of it.
    pub(crate) fn filtered(&self, sees: impl Fn(&Thing) -> bool) -> Option<Self> {
        let kept: Vec<_> = self.items.iter().filter(|item| sees(&item.thing)).collect();
        if kept.len() == self.items.len() {
            return None;
        }
        let kept = kept.into_iter().cloned().collect();
        Some(Self::written(self.list, kept, self.ttl_ms))
    }

    fn written(list: List, items: Vec<Item>, ttl_ms: u64) -> Self {
        let pages = items.len().div_ceil(PAGE).max(1);
        Self {
            list,
            items,
            pages: std::iter::repeat_with(OnceLock::new).take(pages).collect(),
            ttl_ms,
            digest: OnceLock::new(),
        }
    }

    /// A number that stands for all its items, byte for byte.
    pub(crate) fn digest(&self) -> u64 {
        *self.digest.get_or_init(|| {
            let mut digest = DefaultHasher::new();
            for item in &self.items {
                digest.write(item.json.bytes());
                digest.write_u8(0xff);
            }
            digest.finish()
        })
    }

    /// How many items there are.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The page that starts after the cursor; the first one without.
    pub(crate) fn page(&self, after: Option<&str>) -> Result<Page, RpcError> {
        let start = self.start(after)?;
        let kept = start
            .is_multiple_of(PAGE)
            .then(|| self.pages.get(start / PAGE))
            .flatten();
        Ok(match kept {
            Some(page) => page.get_or_init(|| self.write(start)).clone(),
            None => self.write(start),
        })
    }

    /// The items after the cursor; all of them without.
    pub(crate) fn after(&self, cursor: Option<&str>) -> Result<&[Item], RpcError> {
        let start = self.start(cursor)?;
        Ok(self.items.get(start..).unwrap_or_default())
    }

    /// The cursor of what comes after an item.
    pub(crate) fn cursor_after(&self, item: &Item) -> String {
        cursor::write(self.list, &item.key)
    }

    fn start(&self, after: Option<&str>) -> Result<usize, RpcError> {
        let Some(text) = after else {
            return Ok(0);
        };
        let after = cursor::read(self.list, text).ok_or_else(|| {
            RpcError::new(RpcError::INVALID_PARAMS, "this cursor is not valid here")
        })?;
        Ok(self.items.partition_point(|item| item.key <= after))
    }

    /// True when both list the same items, byte for byte.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.items.len() == other.items.len()
            && self
                .items
                .iter()
                .zip(&other.items)
                .all(|(one, other)| one.json == other.json)
    }

    fn write(&self, start: usize) -> Page {
        let rest = self.items.get(start..).unwrap_or_default();
        let shown = rest.get(..PAGE).unwrap_or(rest);
        let bytes: usize = shown.iter().map(|item| item.json.bytes().len() + 1).sum();
        let mut text = Vec::with_capacity(bytes + 2);
        text.push(b'[');
        for (index, item) in shown.iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            text.extend_from_slice(item.json.bytes());
        }
        text.push(b']');
        Page {
            items: RawJson::parse(Bytes::from(text)).unwrap_or_else(|_| empty()),
            next_cursor: (rest.len() > PAGE)
                .then(|| shown.last().map(|item| cursor::write(self.list, &item.key)))
                .flatten(),
            ttl_ms: self.ttl_ms,
            scope: CacheScope::Private,
        }
    }
}

fn empty() -> RawJson {
    RawJson::from_raw(serde_json::value::RawValue::NULL.to_owned())
}
