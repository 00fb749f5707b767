use keyway_core::Error;
use serde_json::Value;

use super::text::write;
use super::{Place, Scope, Template};
use crate::fault::Fault;

/// A name and what stands for its value, in a query or a form.
#[derive(Debug)]
pub(crate) struct Pair {
    /// As it is sent.
    pub(super) name: String,
    /// `None` for a name alone.
    pub(super) value: Option<Template>,
}

/// Names and values as they are sent.
pub(crate) type Pairs = Vec<(String, Option<String>)>;

impl Pair {
    pub(crate) fn new(name: &str, value: Template, place: Place) -> Result<Self, Fault> {
        let mut written = String::new();
        let wrong = |what| Fault::new(value.at.clone(), what);
        place.write(name, &mut written).map_err(wrong)?;
        let value = Some(value.written(place)?);
        let name = written;
        Ok(Self { name, value })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn template(&self) -> Option<&Template> {
        self.value.as_ref()
    }

    /// Adds it to what is sent: not at all without a value, and once for each item of a list.
    pub(crate) fn fill(
        &self,
        scope: &Scope<'_>,
        place: Place,
        out: &mut Pairs,
    ) -> Result<(), Error> {
        let Some(template) = &self.value else {
            out.push((self.name.clone(), None));
            return Ok(());
        };
        let Some(expression) = template.sole() else {
            let text = template.text(scope, place)?;
            out.extend(text.map(|text| (self.name.clone(), Some(text))));
            return Ok(());
        };
        let items = match expression.value(scope)? {
            Some(Value::Array(items)) => items,
            other => other.into_iter().collect(),
        };
        for item in items.iter().filter(|item| !item.is_null()) {
            let mut text = String::new();
            write(expression, item, place, &mut text)?;
            out.push((self.name.clone(), Some(text)));
        }
        Ok(())
    }
}

/// `a=b&c`
pub(crate) fn joined(pairs: &Pairs) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        if let Some(value) = value {
            out.push('=');
            out.push_str(value);
        }
    }
    out
}
