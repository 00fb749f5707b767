use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{At, Fault, Key, Limits, Node, Value};

/// Comments and trailing commas are what the clients whose files we read allow; the rest of the
/// parser's leniency is not.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(text: &str, limits: Limits) -> Result<Node, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = parse_to_ast(text, &CollectOptions::default(), &OPTIONS).map_err(|error| {
        let at = At {
            line: error.line_display(),
            column: error.column_display(),
        };
        Fault::new(at, lower_first(&error.kind().to_string()))
    })?;
    let mut build = Build {
        lines: Lines::new(text),
        nodes: 0,
        limits,
    };
    match parsed.value {
        Some(value) => build.node(&value, 0),
        None => Ok(Node {
            at: At::START,
            value: Value::Null,
        }),
    }
}

struct Build<'a> {
    lines: Lines<'a>,
    nodes: usize,
    limits: Limits,
}

impl Build<'_> {
    fn node(&mut self, value: &ast::Value<'_>, depth: usize) -> Result<Node, Fault> {
        let at = self.lines.at(value.range().start);
        self.nodes += 1;
        let Limits {
            depth: deepest,
            nodes: most,
            ..
        } = self.limits;
        if depth > deepest {
            return Err(Fault::new(at, format!("deeper than {deepest} levels")));
        }
        if self.nodes > most {
            return Err(Fault::new(at, format!("more than {most} values")));
        }
        let value = match value {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(lit) => Value::Bool(lit.value),
            ast::Value::NumberLit(lit) => Value::Number(lit.value.to_owned()),
            ast::Value::StringLit(lit) => Value::Text(lit.value.to_string()),
            ast::Value::Array(array) => Value::List(
                array
                    .elements
                    .iter()
                    .map(|item| self.node(item, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            ast::Value::Object(object) => self.members(object, depth)?,
        };
        Ok(Node { at, value })
    }

    fn members(&mut self, object: &ast::Object<'_>, depth: usize) -> Result<Value, Fault> {
        let mut seen = std::collections::HashMap::new();
        let mut members = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            let at = self.lines.at(property.range.start);
            let text = property.name.as_str().to_owned();
            if let Some(first) = seen.insert(text.clone(), at) {
                return Err(Fault::duplicate(at, first));
            }
            members.push((Key { at, text }, self.node(&property.value, depth + 1)?));
        }
        Ok(Value::Map(members))
    }
}

/// Turns byte offsets into lines and columns.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    fn at(&self, offset: usize) -> At {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied();
        let before = self.text.get(start.unwrap_or(0)..offset).unwrap_or("");
        At {
            line,
            column: before.chars().count() + 1,
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}
