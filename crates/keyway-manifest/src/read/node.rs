use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Fields;
use crate::fault::{Fault, Spot, unknown};

/// What was found to be wrong so far.
pub(crate) type Faults = Vec<Fault>;

/// A value and where it stands.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Value,
    pub(crate) at: Spot,
}

impl<'a> Node<'a> {
    pub(crate) fn new(value: &'a Value, at: Spot) -> Self {
        Self { value, at }
    }

    /// `expected …, found …`
    pub(crate) fn expected<T>(&self, what: &str, faults: &mut Faults) -> Option<T> {
        let found = match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "keys and values",
        };
        let message = format!("expected {what}, found {found}");
        faults.push(Fault::new(self.at.clone(), message));
        None
    }

    /// `expected …`, where the kind of value is right.
    pub(crate) fn wrong<T>(&self, what: &str, faults: &mut Faults) -> Option<T> {
        let message = format!("expected {what}");
        faults.push(Fault::new(self.at.clone(), message));
        None
    }

    pub(crate) fn map(&self, faults: &mut Faults) -> Option<&'a Map<String, Value>> {
        let map = self.value.as_object();
        map.or_else(|| self.expected("keys and values", faults))
    }

    /// The members of an object, in its order.
    pub(crate) fn members(&self, faults: &mut Faults) -> Vec<(&'a str, Node<'a>)> {
        let Some(map) = self.map(faults) else {
            return Vec::new();
        };
        map.iter()
            .map(|(key, value)| (key.as_str(), Node::new(value, self.at.member(key))))
            .collect()
    }

    /// An object that has these keys and no others.
    pub(crate) fn fields(
        &self,
        known: &'static [&'static str],
        faults: &mut Faults,
    ) -> Option<Fields<'a>> {
        self.fields_and(known, "", faults)
    }

    /// The same with one key more, which nobody is told of.
    pub(crate) fn fields_and(
        &self,
        known: &'static [&'static str],
        also: &str,
        faults: &mut Faults,
    ) -> Option<Fields<'a>> {
        let map = self.map(faults)?;
        let strange = |key: &&String| !known.contains(&key.as_str()) && *key != also;
        for key in map.keys().filter(strange) {
            let at = self.at.member(key);
            faults.push(unknown(at, "key", key, known.iter().copied()).of_name());
        }
        Some(Fields::new(map, self.at.clone()))
    }

    pub(crate) fn items(&self, faults: &mut Faults) -> Vec<Node<'a>> {
        let Some(items) = self.value.as_array() else {
            return self.expected("a list", faults).unwrap_or_default();
        };
        let each = items.iter().enumerate();
        each.map(|(index, value)| Node::new(value, self.at.item(index)))
            .collect()
    }

    pub(crate) fn text(&self, faults: &mut Faults) -> Option<&'a str> {
        let text = self.value.as_str();
        text.or_else(|| self.expected("text", faults))
    }

    pub(crate) fn bool(&self, faults: &mut Faults) -> Option<bool> {
        let bool = self.value.as_bool();
        bool.or_else(|| self.expected("true or false", faults))
    }

    pub(crate) fn integer(&self, range: RangeInclusive<u64>, faults: &mut Faults) -> Option<u64> {
        let what = || {
            let (from, to) = (range.start(), range.end());
            format!("a whole number from {from} to {to}")
        };
        match self.value.as_u64() {
            Some(number) if range.contains(&number) => Some(number),
            Some(_) => self.wrong(&what(), faults),
            None => self.expected(&what(), faults),
        }
    }

    /// One of these words.
    pub(crate) fn choice(
        &self,
        words: &'static [&'static str],
        faults: &mut Faults,
    ) -> Option<&'static str> {
        let all = words.join(", ");
        let Some(text) = self.value.as_str() else {
            return self.expected(&format!("one of {all}"), faults);
        };
        let found = words.iter().find(|word| **word == text).copied();
        if found.is_none() {
            let fault = Fault::new(self.at.clone(), format!("expected one of {all}"));
            faults.push(match crate::fault::nearest(text, words.iter().copied()) {
                Some(near) => fault.suggest(format!("did you mean `{near}`?")),
                None => fault,
            });
        }
        found
    }
}
