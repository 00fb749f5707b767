use std::time::Duration;

use serde_json::{Map, Value};

use super::{Faults, Node, units};
use crate::fault::Spot;

/// An object whose keys are known.
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    pub(crate) at: Spot,
}

impl<'a> Fields<'a> {
    pub(super) fn new(map: &'a Map<String, Value>, at: Spot) -> Self {
        Self { map, at }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.map.get(key)?;
        Some(Node::new(value, self.at.member(key)))
    }

    /// A member that has to be there.
    pub(crate) fn need(&self, key: &str, faults: &mut Faults) -> Option<Node<'a>> {
        let found = self.get(key);
        if found.is_none() {
            let message = format!("`{key}` is missing");
            faults.push(crate::Fault::new(self.at.clone(), message));
        }
        found
    }

    pub(crate) fn text(&self, key: &str, faults: &mut Faults) -> Option<String> {
        self.get(key)?.text(faults).map(str::to_owned)
    }

    pub(crate) fn bool(&self, key: &str, faults: &mut Faults) -> Option<bool> {
        self.get(key)?.bool(faults)
    }

    /// True only where it says so.
    pub(crate) fn flag(&self, key: &str, faults: &mut Faults) -> bool {
        self.bool(key, faults).unwrap_or(false)
    }

    /// A list of texts.
    pub(crate) fn texts(&self, key: &str, faults: &mut Faults) -> Option<Vec<String>> {
        let items = self.get(key)?.items(faults);
        let texts = items.iter().filter_map(|item| item.text(faults));
        Some(texts.map(str::to_owned).collect())
    }

    pub(crate) fn duration(&self, key: &str, faults: &mut Faults) -> Option<Duration> {
        let node = self.get(key)?;
        let found = units::duration(node.value);
        found.or_else(|| node.wrong(units::DURATION, faults))
    }

    pub(crate) fn bytes(&self, key: &str, faults: &mut Faults) -> Option<u64> {
        let node = self.get(key)?;
        let found = units::bytes(node.value);
        found.or_else(|| node.wrong(units::BYTES, faults))
    }

    pub(crate) fn small(&self, key: &str, most: u8, faults: &mut Faults) -> Option<u8> {
        let number = self.get(key)?.integer(0..=u64::from(most), faults)?;
        u8::try_from(number).ok()
    }
}
