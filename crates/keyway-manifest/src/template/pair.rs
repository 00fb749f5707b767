use keyway_core::Error;
use serde_json::Value;

use super::text::write;
use super::{Expression, Filling, Place, Scope, Template};
use crate::fault::Fault;
use crate::read::{Faults, Node};

/// A name and what stands for its value, in a query or a form.
#[derive(Debug)]
pub(crate) struct Pair {
    /// As it is sent.
    pub(super) name: String,
    /// `None` for a name alone.
    pub(super) value: Option<Filling>,
}

/// Names and values as they are sent.
pub(crate) type Pairs = Vec<(String, Option<String>)>;

impl Pair {
    pub(crate) fn read(
        name: &str,
        node: &Node<'_>,
        place: Place,
        faults: &mut Faults,
    ) -> Option<Self> {
        let mut written = String::new();
        if let Err(what) = place.write(name, &mut written) {
            faults.push(Fault::new(node.at.clone(), what));
            return None;
        }
        let value = Some(Filling::read(node, place, faults)?);
        let name = written;
        Some(Self { name, value })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        self.value
            .as_ref()
            .map(Filling::expressions)
            .unwrap_or_default()
    }

    /// Adds it to what is sent: not at all without a value, and once for each item of a list.
    pub(crate) fn fill(
        &self,
        scope: &Scope<'_>,
        place: Place,
        out: &mut Pairs,
    ) -> Result<(), Error> {
        if let Some(value) = &self.value {
            return value.pairs(&self.name, scope, place, out);
        }
        out.push((self.name.clone(), None));
        Ok(())
    }
}

/// Fills pairs; what stands in the place of names, the members of an input, takes the place of none
/// that is said by the definition.
pub(crate) fn filled<'p>(
    pairs: &(impl Iterator<Item = &'p Pair> + Clone),
    scope: &Scope<'_>,
    place: Place,
) -> Result<Pairs, Error> {
    let mut all = Pairs::new();
    for pair in pairs.clone() {
        let start = all.len();
        pair.fill(scope, place, &mut all)?;
        let new = all.iter().skip(start);
        let mut spread = new.filter(|(name, _)| *name != pair.name);
        let taken = spread.any(|(name, _)| pairs.clone().any(|other| other.name == *name));
        if let (true, Some(expression)) = (taken, pair.expressions().first()) {
            return Err(expression.wrong("an object without members that the action says itself"));
        }
    }
    Ok(all)
}

pub(super) fn fill(
    name: &str,
    template: &Template,
    scope: &Scope<'_>,
    place: Place,
    out: &mut Pairs,
) -> Result<(), Error> {
    let Some(expression) = template.sole() else {
        let text = template.text(scope, place)?;
        out.extend(text.map(|text| (name.to_owned(), Some(text))));
        return Ok(());
    };
    let items = match expression.value(scope)? {
        Some(Value::Array(items)) => items,
        other => other.into_iter().collect(),
    };
    for item in items.iter().filter(|item| !item.is_null()) {
        let mut text = String::new();
        write(expression, item, place, &mut text)?;
        out.push((name.to_owned(), Some(text)));
    }
    Ok(())
}

/// `a=b&c`
pub(crate) fn joined(pairs: &Pairs) -> String {
    with_between(pairs, "&")
}

/// `a=b; c`, as cookies are sent (RFC 6265, section 4.2.1).
pub(crate) fn cookies(pairs: &Pairs) -> String {
    with_between(pairs, "; ")
}

fn with_between(pairs: &Pairs, between: &str) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push_str(between);
        }
        out.push_str(name);
        if let Some(value) = value {
            out.push('=');
            out.push_str(value);
        }
    }
    out
}
