use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A GraphQL document as it is executed: variables are in their places.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) writes: bool,
    pub(super) fields: Vec<Field>,
}

/// A field that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    /// Under which name it is answered.
    pub(super) called: String,
    pub(super) arguments: Map<String, Value>,
    pub(super) fields: Vec<Field>,
}

/// Reads a document with one operation. What is wrong with it is told as Linear tells it: with a message.
pub(super) fn read(text: &str, variables: &Map<String, Value>) -> Result<Document, String> {
    let tokens = tokens(text)?;
    let mut reader = Parser {
        tokens,
        at: 0,
        variables,
        fragments: BTreeMap::new(),
    };
    let mut operation = None;
    // Fragments may come behind the operation that uses them.
    reader.collect_fragments()?;
    reader.at = 0;
    while reader.at < reader.tokens.len() {
        match reader.peek() {
            "fragment" => {
                reader.at += 4;
                reader.selection()?;
            }
            _ if operation.is_some() => return Err("expected one operation".into()),
            "{" => {
                let fields = reader.selection()?;
                operation = Some(Document {
                    writes: false,
                    fields,
                });
            }
            kind @ ("query" | "mutation") => {
                let writes = kind == "mutation";
                reader.at += 1;
                while !matches!(reader.peek(), "{" | "(" | "") {
                    reader.at += 1;
                }
                if reader.peek() == "(" {
                    reader.variables_are_given()?;
                }
                let fields = reader.selection()?;
                operation = Some(Document { writes, fields });
            }
            _ => return Err("expected an operation".into()),
        }
    }
    operation.ok_or_else(|| "expected an operation".into())
}

struct Parser<'a> {
    tokens: Vec<String>,
    at: usize,
    variables: &'a Map<String, Value>,
    fragments: BTreeMap<String, Vec<Field>>,
}

impl Parser<'_> {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn take(&mut self) -> String {
        let token = self.peek().to_owned();
        self.at += 1;
        token
    }

    fn expect(&mut self, wanted: &str) -> Result<(), String> {
        let found = self.take();
        if found == wanted {
            return Ok(());
        }
        Err(format!("expected {wanted}, found {found}"))
    }

    fn collect_fragments(&mut self) -> Result<(), String> {
        while let Some(found) = self.tokens[self.at..]
            .iter()
            .position(|one| one == "fragment")
        {
            self.at += found + 1;
            let name = self.take();
            self.at += 2;
            let fields = self.selection()?;
            self.fragments.insert(name, fields);
        }
        Ok(())
    }

    /// `($id: String!, $filter: IssueFilter)`: whatever has to be there is.
    fn variables_are_given(&mut self) -> Result<(), String> {
        self.expect("(")?;
        while self.peek() != ")" {
            self.expect("$")?;
            let name = self.take();
            self.expect(":")?;
            let mut required = false;
            while !matches!(self.peek(), "$" | ")" | "") {
                required = self.take() == "!";
            }
            if required && self.variables.get(&name).is_none_or(Value::is_null) {
                return Err(format!("variable ${name} is required"));
            }
        }
        self.expect(")")
    }

    fn selection(&mut self) -> Result<Vec<Field>, String> {
        self.expect("{")?;
        let mut fields = Vec::new();
        while self.peek() != "}" {
            if self.peek() == "..." {
                self.at += 1;
                if self.peek() == "on" {
                    self.at += 2;
                    fields.extend(self.selection()?);
                } else {
                    let name = self.take();
                    let known = self.fragments.get(&name);
                    fields.extend(known.ok_or("an unknown fragment")?.iter().cloned());
                }
                continue;
            }
            let mut called = self.take();
            if !called.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
                return Err(format!("expected a field, found {called}"));
            }
            let mut name = called.clone();
            if self.peek() == ":" {
                self.at += 1;
                name = self.take();
            }
            let mut arguments = Map::new();
            if self.peek() == "(" {
                self.at += 1;
                while self.peek() != ")" {
                    let argument = self.take();
                    self.expect(":")?;
                    let value = self.value()?;
                    arguments.insert(argument, value);
                }
                self.at += 1;
            }
            let inner = match self.peek() {
                "{" => self.selection()?,
                _ => Vec::new(),
            };
            called.shrink_to_fit();
            fields.push(Field {
                name,
                called,
                arguments,
                fields: inner,
            });
        }
        self.expect("}")?;
        Ok(fields)
    }

    fn value(&mut self) -> Result<Value, String> {
        let token = self.take();
        Ok(match token.as_str() {
            "$" => {
                let name = self.take();
                self.variables.get(&name).cloned().unwrap_or_default()
            }
            "[" => {
                let mut all = Vec::new();
                while self.peek() != "]" {
                    all.push(self.value()?);
                }
                self.at += 1;
                Value::Array(all)
            }
            "{" => {
                let mut object = Map::new();
                while self.peek() != "}" {
                    let name = self.take();
                    self.expect(":")?;
                    let value = self.value()?;
                    object.insert(name, value);
                }
                self.at += 1;
                Value::Object(object)
            }
            "" => return Err("expected a value".into()),
            text if text.starts_with('"') => {
                serde_json::from_str(text).map_err(|_| "expected a string")?
            }
            // A number, a boolean, null; else the name of an enum.
            other => serde_json::from_str(other).unwrap_or_else(|_| other.into()),
        })
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\n', '\r', '\t', ',']);
        let Some(first) = rest.chars().next() else {
            return Ok(all);
        };
        let end = match first {
            '#' => {
                rest = rest.trim_start_matches(|c| c != '\n' && c != '\r');
                continue;
            }
            '"' => {
                let mut escaped = false;
                let closes = rest.char_indices().skip(1).find(|(_, c)| {
                    let closes = *c == '"' && !escaped;
                    escaped = *c == '\\' && !escaped;
                    closes
                });
                closes.ok_or("an open string")?.0 + 1
            }
            c if c.is_ascii_alphanumeric() || c == '_' || c == '-' => {
                let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
                rest.find(|c| !inside(c)).unwrap_or(rest.len())
            }
            '.' if rest.starts_with("...") => 3,
            '{' | '}' | '(' | ')' | '[' | ']' | ':' | '$' | '!' | '=' | '@' | '|' => 1,
            _ => return Err("an unexpected character".into()),
        };
        let (token, after) = rest.split_at(end);
        all.push(token.to_owned());
        rest = after;
    }
}
