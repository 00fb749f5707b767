use std::path::Path;
use std::time::Duration;

use super::Dialect;
use crate::config::doc::{At, Node, Value};
use crate::config::reader::{Given, Kind, Reader, Wrong};
use crate::config::reference::{References, Resolved};
use crate::config::report::{Finding, Place};

/// Reads the fields of one entry and gathers what is wrong with them.
pub(super) struct Fields<'a> {
    pub(super) file: &'a Path,
    pub(super) name: &'a str,
    pub(super) node: &'a Node,
    pub(super) dialect: Dialect,
    pub(super) references: &'a References<'a>,
    pub(super) problems: Vec<Finding>,
    pub(super) notes: Vec<Finding>,
}

impl<'a> Fields<'a> {
    pub(super) fn get(&self, field: &str) -> Option<&'a Node> {
        self.node.get(field)
    }

    fn finding(&self, at: At, field: &str, message: impl Into<String>) -> Finding {
        let place = Place::File {
            path: self.file.to_owned(),
            at: Some(at),
        };
        let name = match field {
            "" => self.name.to_owned(),
            _ => format!("{}.{field}", self.name),
        };
        Finding::error(place, name, message)
    }

    pub(super) fn problem(&mut self, at: At, field: &str, message: impl Into<String>) {
        let finding = self.finding(at, field, message);
        self.problems.push(finding);
    }

    pub(super) fn problem_help(
        &mut self,
        at: At,
        field: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let finding = self.finding(at, field, message).with_help(help);
        self.problems.push(finding);
    }

    pub(super) fn note(&mut self, at: At, field: &str, message: impl Into<String>) {
        let finding = self.finding(at, field, message).as_note();
        self.notes.push(finding);
    }

    /// Fills references into the text of a field.
    pub(super) fn resolve(&mut self, node: &Node, field: &str) -> Option<Resolved> {
        let text = match &node.value {
            Value::Text(text) | Value::Number(text) => text.clone(),
            Value::Bool(value) => value.to_string(),
            _ => {
                self.problem(node.at, field, "expected text");
                return None;
            }
        };
        self.keep(node.at, field, self.references.resolve(&text))
    }

    /// A field that must be text: numbers and words are not taken for it.
    pub(super) fn text(&mut self, field: &str) -> Option<Resolved> {
        let node = self.get(field)?;
        if node.text().is_none() {
            self.problem(node.at, field, "expected text");
            return None;
        }
        self.resolve(node, field)
    }

    /// A field that is a mapping of names to texts.
    pub(super) fn pairs(&mut self, field: &str) -> Vec<(String, Resolved)> {
        let Some(node) = self.get(field) else {
            return Vec::new();
        };
        let Some(members) = node.members() else {
            self.problem(node.at, field, "expected a mapping of names to texts");
            return Vec::new();
        };
        members
            .iter()
            .filter_map(|(key, value)| {
                let inner = format!("{field}.{}", key.text);
                self.resolve(value, &inner)
                    .map(|resolved| (key.text.clone(), resolved))
            })
            .collect()
    }

    /// A field that is a list of texts.
    pub(super) fn list(&mut self, field: &str) -> Option<Vec<Resolved>> {
        let node = self.get(field)?;
        let Some(items) = node.items() else {
            self.problem(node.at, field, "expected a list of texts");
            return None;
        };
        Some(
            items
                .iter()
                .filter_map(|item| self.resolve(item, field))
                .collect(),
        )
    }

    pub(super) fn bool(&mut self, field: &str) -> Option<bool> {
        let node = self.get(field)?;
        let value = self.read(node, Kind::Bool).bool();
        self.keep(node.at, field, value)
    }

    pub(super) fn duration(&mut self, node: &Node, field: &str) -> Option<Duration> {
        let kind = Kind::Duration(1, 24 * 60 * 60 * 1000);
        let value = self.read(node, kind).duration();
        self.keep(node.at, field, value)
    }

    /// A field that is a whole number within bounds, and where it is.
    pub(super) fn whole(
        &mut self,
        field: &str,
        bounds: std::ops::RangeInclusive<u64>,
    ) -> Option<(At, u64)> {
        let node = self.get(field)?;
        let number = match &node.value {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| bounds.contains(number));
        if number.is_none() {
            let (least, most) = (bounds.start(), bounds.end());
            let expected = format!("expected a whole number from {least} to {most}");
            self.problem(node.at, field, expected);
        }
        number.map(|number| (node.at, number))
    }

    fn read<'n>(&self, node: &'n Node, kind: Kind) -> Reader<'n>
    where
        'a: 'n,
    {
        Reader {
            given: Given::Node(node),
            kind,
            base: self.file,
            home: None,
        }
    }

    fn keep<T>(&mut self, at: At, field: &str, value: Result<T, Wrong>) -> Option<T> {
        value.map_err(|wrong| self.problem(at, field, wrong.0)).ok()
    }
}
