use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{At, Fault, Key, Limits, Node, Value};

pub(super) fn parse(text: &str, limits: Limits) -> Result<Node, Fault> {
    let mut build = Build {
        open: Vec::new(),
        anchors: HashMap::new(),
        root: None,
        nodes: 0,
        limits,
    };
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| Fault::new(place(*error.marker()), error.info()))?;
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
            if documents > 1 {
                return Err(Fault::new(start(span), "a second document begins here"));
            }
        }
        build.take(event, span)?;
    }
    Ok(build.root.unwrap_or(Node {
        at: At::START,
        value: Value::Null,
    }))
}

/// A list or mapping that is still open.
struct Open {
    at: At,
    anchor: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map {
        members: Vec<(Key, Node)>,
        key: Option<Key>,
        seen: HashMap<String, At>,
    },
}

struct Build {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    root: Option<Node>,
    nodes: usize,
    limits: Limits,
}

impl Build {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let at = start(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if tag.is_some() {
                    return Err(tagged(at));
                }
                let value = match style {
                    ScalarStyle::Plain => plain(&text),
                    _ => Value::Text(text.into_owned()),
                };
                self.count(at, 1)?;
                self.put(Node { at, value }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.enter(at, anchor, tag.is_some(), Inside::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let inside = Inside::Map {
                    members: Vec::new(),
                    key: None,
                    seen: HashMap::new(),
                };
                self.enter(at, anchor, tag.is_some(), inside)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(),
            Event::Alias(id) => {
                let Some((node, size)) = self.anchors.get(&id) else {
                    return Err(Fault::new(at, "an alias of something that contains it"));
                };
                let (mut node, size) = (node.clone(), *size);
                self.count(at, size)?;
                node.at = at;
                self.put(node, 0)
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, at: At, anchor: usize, tag: bool, inside: Inside) -> Result<(), Fault> {
        if tag {
            return Err(tagged(at));
        }
        self.count(at, 1)?;
        let most = self.limits.depth;
        if self.open.len() >= most {
            return Err(Fault::new(at, format!("deeper than {most} levels")));
        }
        self.open.push(Open { at, anchor, inside });
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.inside {
            Inside::List(items) => Value::List(items),
            Inside::Map { members, .. } => Value::Map(members),
        };
        self.put(Node { at: open.at, value }, open.anchor)
    }

    /// Adds a finished value to what is open around it.
    fn put(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        if anchor != 0 {
            let size = size(&node);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.root = Some(node),
            Some(Inside::List(items)) => items.push(node),
            Some(Inside::Map { members, key, seen }) => {
                if let Some(key) = key.take() {
                    members.push((key, node));
                } else {
                    let text = key_text(&node)?;
                    if let Some(first) = seen.insert(text.clone(), node.at) {
                        return Err(Fault::duplicate(node.at, first));
                    }
                    *key = Some(Key { at: node.at, text });
                }
            }
        }
        Ok(())
    }

    /// Charges values against the budget: an alias costs as much as what it stands for, so that a
    /// few lines cannot grow into millions of values.
    fn count(&mut self, at: At, nodes: usize) -> Result<(), Fault> {
        self.nodes = self.nodes.saturating_add(nodes);
        let most = self.limits.nodes;
        if self.nodes > most {
            return Err(Fault::new(
                at,
                format!("more than {most} values, with aliases written out"),
            ));
        }
        Ok(())
    }
}

fn key_text(node: &Node) -> Result<String, Fault> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string()),
        _ => Err(Fault::new(node.at, "a key must be text")),
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::List(items) => items.iter().map(size).sum(),
        Value::Map(members) => members.iter().map(|(_, value)| 1 + size(value)).sum(),
        _ => 0,
    }
}

/// The YAML 1.2 core schema: what an unquoted scalar means.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if serde_json::from_str::<serde_json::Number>(text).is_ok() => {
            Value::Number(text.to_owned())
        }
        _ => Value::Text(text.to_owned()),
    }
}

fn tagged(at: At) -> Fault {
    Fault::new(at, "tags (`!…`) have no meaning here")
}

fn start(span: Span) -> At {
    place(span.start)
}

fn place(mark: saphyr_parser::Marker) -> At {
    At {
        line: mark.line(),
        column: mark.col() + 1,
    }
}
