//! The settings at the top of an agent file: a small part of YAML, with the lines kept.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::BadAgent;

/// A value and where it is.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    /// Text, and whether it was in quotes.
    Scalar(String, bool),
    List(Vec<Node>),
    Map(Vec<Member>),
}

/// A key, its line, and its value.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) node: Node,
}

/// How deep settings may nest: the deepest that mean anything are two levels down.
const DEEPEST: usize = 8;

/// Reads settings. `offset` is the line of the file before the first line of the text.
pub(super) fn read(text: &str, offset: usize) -> Result<Node, BadAgent> {
    let mut nodes: Vec<Open> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let line = error.marker().line() + offset;
            BadAgent::at(
                line,
                "this is not YAML: check indentation, quotes and colons",
            )
        })?;
        let line = span.start.line() + offset;
        let done = match event {
            Event::Scalar(text, style, ..) => Some(Node {
                line,
                value: Value::Scalar(text.into_owned(), style != ScalarStyle::Plain),
            }),
            Event::SequenceStart(..) => {
                nodes.push(Open::new(line, false));
                None
            }
            Event::MappingStart(..) => {
                nodes.push(Open::new(line, true));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => nodes.pop().map(Open::close),
            Event::Alias(..) => {
                return Err(BadAgent::at(
                    line,
                    "aliases are not read: write the value out",
                ));
            }
            _ => None,
        };
        if nodes.len() > DEEPEST {
            return Err(BadAgent::at(line, "too many levels"));
        }
        let Some(node) = done else { continue };
        match nodes.last_mut() {
            Some(open) => open.take(node)?,
            None if root.is_none() => root = Some(node),
            None => return Err(BadAgent::at(line, "expected one set of settings")),
        }
    }
    Ok(root.unwrap_or(Node {
        line: offset + 1,
        value: Value::Map(Vec::new()),
    }))
}

/// A list or a map that has not ended.
struct Open {
    line: usize,
    key: Option<(String, usize)>,
    /// None for a list.
    map: Option<Vec<Member>>,
    list: Vec<Node>,
}

impl Open {
    fn new(line: usize, is_map: bool) -> Self {
        Self {
            line,
            key: None,
            map: is_map.then(Vec::new),
            list: Vec::new(),
        }
    }

    fn take(&mut self, node: Node) -> Result<(), BadAgent> {
        let Some(map) = &mut self.map else {
            self.list.push(node);
            return Ok(());
        };
        if let Some((key, line)) = self.key.take() {
            map.push(Member { key, line, node });
            return Ok(());
        }
        let Value::Scalar(key, _) = node.value else {
            return Err(BadAgent::at(node.line, "expected a name before the colon"));
        };
        if map.iter().any(|known| known.key == key) {
            return Err(BadAgent::at(node.line, "this key is there twice"));
        }
        self.key = Some((key, node.line));
        Ok(())
    }

    fn close(self) -> Node {
        Node {
            line: self.line,
            value: match self.map {
                Some(map) => Value::Map(map),
                None => Value::List(self.list),
            },
        }
    }
}
