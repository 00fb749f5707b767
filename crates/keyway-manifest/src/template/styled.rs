use keyway_core::Error;
use serde_json::Value;

use super::text::write;
use super::{Expression, Pairs, Place, Scope};
use crate::fault::Fault;
use crate::read::{Faults, Node};

const STYLES: &[&str] = &[
    "form",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
    "json",
    "simple",
];

/// A value and the way it is written (OpenAPI 3.1, section 4.8.12.3, and as JSON).
#[derive(Debug)]
pub(crate) struct Styled {
    expression: Expression,
    style: Style,
    explode: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Form,
    Space,
    Pipe,
    Deep,
    Json,
    Simple,
}

impl Styled {
    pub(super) fn read(node: &Node<'_>, place: Place, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(&["value", "style", "explode"], faults)?;
        let style = fields.get("style");
        let style = match style.as_ref().map(|node| node.choice(STYLES, faults)) {
            None if place == Place::Header => Style::Simple,
            None | Some(Some("form")) => Style::Form,
            Some(Some("spaceDelimited")) => Style::Space,
            Some(Some("pipeDelimited")) => Style::Pipe,
            Some(Some("deepObject")) => Style::Deep,
            Some(Some("json")) => Style::Json,
            Some(Some(_)) => Style::Simple,
            Some(None) => return None,
        };
        let in_header = place == Place::Header;
        if in_header != (style == Style::Simple) && style != Style::Json {
            let message =
                "a header is written in the style `simple` or `json`, everything else in any other";
            faults.push(Fault::new(node.at.member("style"), message));
        }
        let explode = fields.bool("explode", faults);
        let value = fields.need("value", faults)?;
        let template = super::filling::text(&value, faults)?;
        let Some(expression) = template.into_sole() else {
            return value.wrong("exactly one expression", faults);
        };
        Some(Self {
            expression,
            style,
            explode: explode.unwrap_or(style == Style::Form),
        })
    }

    pub(super) fn expression(&self) -> &Expression {
        &self.expression
    }

    fn value(&self, scope: &Scope<'_>) -> Result<Option<Value>, Error> {
        let value = self.expression.value(scope)?;
        Ok(value.filter(|value| !value.is_null()))
    }

    pub(super) fn header(&self, scope: &Scope<'_>) -> Result<Option<String>, Error> {
        let Some(value) = self.value(scope)? else {
            return Ok(None);
        };
        let mut out = String::new();
        self.joined(&value, Place::Header, &mut out)?;
        Ok(Some(out))
    }

    pub(super) fn pairs(
        &self,
        name: &str,
        scope: &Scope<'_>,
        place: Place,
        out: &mut Pairs,
    ) -> Result<(), Error> {
        let Some(value) = self.value(scope)? else {
            return Ok(());
        };
        match (&value, self.style, self.explode) {
            (Value::Array(_) | Value::Object(_), Style::Deep, _) => {
                self.deep(name, &value, place, out)
            }
            (Value::Array(items), Style::Form, true) => {
                for item in items.iter().filter(|item| !item.is_null()) {
                    out.push((name.to_owned(), Some(self.one(item, place)?)));
                }
                Ok(())
            }
            (Value::Object(map), Style::Form, true) => {
                for (member, value) in map.iter().filter(|(_, value)| !value.is_null()) {
                    let name = self.one(&Value::from(member.as_str()), place)?;
                    out.push((name, Some(self.one(value, place)?)));
                }
                Ok(())
            }
            _ => {
                let mut text = String::new();
                self.joined(&value, place, &mut text)?;
                out.push((name.to_owned(), Some(text)));
                Ok(())
            }
        }
    }

    /// `n[a][b]=1`
    fn deep(&self, name: &str, value: &Value, place: Place, out: &mut Pairs) -> Result<(), Error> {
        let below = |key: &str| {
            let mut name = format!("{name}%5B");
            let written = place.write(key, &mut name);
            written.map_err(|what| self.expression.wrong(what))?;
            name.push_str("%5D");
            Ok::<_, Error>(name)
        };
        match value {
            Value::Null => Ok(()),
            Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                self.deep(&below(&index.to_string())?, item, place, out)
            }),
            Value::Object(map) => map
                .iter()
                .try_for_each(|(key, item)| self.deep(&below(key)?, item, place, out)),
            _ => {
                out.push((name.to_owned(), Some(self.one(value, place)?)));
                Ok(())
            }
        }
    }

    /// Everything in one text.
    fn joined(&self, value: &Value, place: Place, out: &mut String) -> Result<(), Error> {
        let between = match self.style {
            Style::Space => "%20",
            Style::Pipe => "%7C",
            _ => ",",
        };
        let items: Vec<String> = match value {
            _ if self.style == Style::Json => vec![self.one(&value.to_string().into(), place)?],
            Value::Array(items) => {
                let items = items.iter().filter(|item| !item.is_null());
                items
                    .map(|item| self.one(item, place))
                    .collect::<Result<_, _>>()?
            }
            Value::Object(map) => {
                let mut all = Vec::new();
                for (name, value) in map.iter().filter(|(_, value)| !value.is_null()) {
                    let name = self.one(&Value::from(name.as_str()), place)?;
                    let value = self.one(value, place)?;
                    if self.explode {
                        all.push(format!("{name}={value}"));
                    } else {
                        all.extend([name, value]);
                    }
                }
                all
            }
            other => vec![self.one(other, place)?],
        };
        out.push_str(&items.join(between));
        Ok(())
    }

    fn one(&self, value: &Value, place: Place) -> Result<String, Error> {
        let mut out = String::new();
        write(&self.expression, value, place, &mut out)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fault::Spot;
    use crate::template::joined;
    use crate::testing::context;

    fn styled(style: &Value, place: Place) -> Styled {
        let mut faults = Faults::new();
        let made = Styled::read(&Node::new(style, Spot::root("")), place, &mut faults);
        made.unwrap_or_else(|| panic!("{faults:?}"))
    }

    #[test]
    fn every_style_writes_values_as_it_says() {
        let context = context();
        let (scalar, list) = (json!(5), json!([1, null, "a,b"]));
        let object = json!({ "a": 1, "x&y": "c d", "no": null });
        let value = "{{ input.v }}";
        for (style, expected) in [
            (
                json!({ "value": value }),
                ["n=5", "n=1&n=a%2Cb", "a=1&x%26y=c%20d"],
            ),
            (
                json!({ "value": value, "explode": false }),
                ["n=5", "n=1,a%2Cb", "n=a,1,x%26y,c%20d"],
            ),
            (
                json!({ "value": value, "style": "spaceDelimited" }),
                ["n=5", "n=1%20a%2Cb", "n=a%201%20x%26y%20c%20d"],
            ),
            (
                json!({ "value": value, "style": "pipeDelimited" }),
                ["n=5", "n=1%7Ca%2Cb", "n=a%7C1%7Cx%26y%7Cc%20d"],
            ),
            (
                json!({ "value": value, "style": "deepObject" }),
                [
                    "n=5",
                    "n%5B0%5D=1&n%5B2%5D=a%2Cb",
                    "n%5Ba%5D=1&n%5Bx%26y%5D=c%20d",
                ],
            ),
            (
                json!({ "value": value, "style": "json" }),
                [
                    "n=5",
                    "n=%5B1%2Cnull%2C%22a%2Cb%22%5D",
                    "n=%7B%22a%22%3A1%2C%22x%26y%22%3A%22c%20d%22%2C%22no%22%3Anull%7D",
                ],
            ),
        ] {
            for (value, expected) in [&scalar, &list, &object].into_iter().zip(expected) {
                let scope = Scope::new(&context, json!({ "v": value }), "", &[]);
                let mut pairs = Pairs::new();
                let styled = styled(&style, Place::Query);
                styled.pairs("n", &scope, Place::Query, &mut pairs).unwrap();
                assert_eq!(joined(&pairs), expected, "{style}");
            }
        }
        for (explode, expected) in [
            (false, ["5", "1,a,b", "a,1,x&y,c d"]),
            (true, ["5", "1,a,b", "a=1,x&y=c d"]),
        ] {
            let style = json!({ "value": value, "explode": explode });
            for (value, expected) in [&scalar, &list, &object].into_iter().zip(expected) {
                let scope = Scope::new(&context, json!({ "v": value }), "", &[]);
                let found = styled(&style, Place::Header).header(&scope).unwrap();
                assert_eq!(found.as_deref(), Some(expected));
            }
        }
    }

    #[test]
    fn nothing_is_left_out_and_what_does_not_fit_is_refused() {
        let context = context();
        let style = json!({ "value": "{{ input.v }}", "style": "deepObject" });
        let fill = |style: &Value, input: Value| {
            let scope = Scope::new(&context, input, "", &[]);
            let mut pairs = Pairs::new();
            let styled = styled(style, Place::Query);
            styled.pairs("n", &scope, Place::Query, &mut pairs)?;
            Ok::<_, Error>(joined(&pairs))
        };
        assert_eq!(fill(&style, json!({})).unwrap(), "");
        assert_eq!(fill(&style, json!({ "v": null })).unwrap(), "");
        let nested = json!({ "v": { "a": { "b": [true] } } });
        assert_eq!(
            fill(&style, nested.clone()).unwrap(),
            "n%5Ba%5D%5Bb%5D%5B0%5D=true"
        );
        let plain = json!({ "value": "{{ input.v }}", "explode": false });
        let error = fill(&plain, nested).unwrap_err();
        assert_eq!(error.problems()[0].pointer, "/v");
        for (style, place) in [
            (json!({ "value": "a {{ input.v }}" }), Place::Query),
            (
                json!({ "value": "{{ input.v }}", "style": "matrix" }),
                Place::Query,
            ),
            (
                json!({ "value": "{{ input.v }}", "style": "simple" }),
                Place::Query,
            ),
            (
                json!({ "value": "{{ input.v }}", "style": "form" }),
                Place::Header,
            ),
            (json!({ "style": "form" }), Place::Query),
        ] {
            let mut faults = Faults::new();
            Styled::read(&Node::new(&style, Spot::root("")), place, &mut faults);
            assert!(!faults.is_empty(), "{style}");
        }
    }
}
