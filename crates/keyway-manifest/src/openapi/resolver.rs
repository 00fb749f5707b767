use std::rc::Rc;

use serde_json::Value;
use url::Url;

use super::Documents;
use super::report::shown;

/// How many references may lead on to another before it is taken for a circle.
const MAX_HOPS: usize = 32;

/// A value and the document it stands in.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub(super) document: Rc<str>,
    pub(super) value: &'a Value,
}

impl<'a> Node<'a> {
    /// A member of the value, in the same document.
    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        self.value.get(key).map(|value| self.with(value))
    }

    /// Another value of the same document.
    pub(super) fn with(&self, value: &'a Value) -> Node<'a> {
        Node {
            document: Rc::clone(&self.document),
            value,
        }
    }

    /// A text member.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key).and_then(Value::as_str)
    }

    /// A member that is true.
    pub(super) fn says(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// The members of an object under `key`.
    pub(super) fn members(
        &self,
        key: &str,
    ) -> impl Iterator<Item = (&'a String, Node<'a>)> + use<'a> {
        let document = Rc::clone(&self.document);
        let map = self.value.get(key).and_then(Value::as_object);
        map.into_iter().flatten().map(move |(name, value)| {
            let document = Rc::clone(&document);
            (name, Node { document, value })
        })
    }

    /// The items of a list under `key`.
    pub(super) fn items(&self, key: &str) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let document = Rc::clone(&self.document);
        let list = self.value.get(key).and_then(Value::as_array);
        list.into_iter().flatten().map(move |value| Node {
            document: Rc::clone(&document),
            value,
        })
    }
}

/// Where a reference leads: which document, which place in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) document: Rc<str>,
    pub(super) pointer: String,
}

/// Follows references.
pub(super) struct Resolver<'a> {
    url: Rc<str>,
    root: &'a Value,
    others: &'a dyn Documents,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(root: &'a Value, url: &str, others: &'a dyn Documents) -> Self {
        Self {
            url: url.into(),
            root,
            others,
        }
    }

    /// The document itself.
    pub(super) fn root(&self) -> Node<'a> {
        Node {
            document: Rc::clone(&self.url),
            value: self.root,
        }
    }

    /// The URL of the document.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Where a reference in a document leads; one step.
    pub(super) fn target(
        &self,
        from: &Rc<str>,
        reference: &str,
    ) -> Result<(Key, Node<'a>), String> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let document = if path.is_empty() {
            Rc::clone(from)
        } else {
            let base = Url::parse(from).map_err(|_| "its document has no address".to_owned())?;
            let joined = base.join(path);
            joined
                .map(|url| Rc::from(url.as_str()))
                .map_err(|_| format!("the reference {} is no address", shown(reference)))?
        };
        let whole = if document == self.url {
            self.root
        } else {
            let found = self.others.get(&document);
            found.map_err(|reason| format!("{} is not used: {reason}", shown(path)))?
        };
        let pointer = decoded(fragment);
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(format!(
                "{} is an anchor, which is not followed",
                shown(reference)
            ));
        }
        let value = whole
            .pointer(&pointer)
            .or_else(|| whole.pointer(fragment))
            .ok_or_else(|| format!("{} leads nowhere", shown(reference)))?;
        let key = Key {
            document: Rc::clone(&document),
            pointer,
        };
        Ok((key, Node { document, value }))
    }

    /// The value itself, or what its references lead to in the end.
    pub(super) fn follow(&self, node: Node<'a>) -> Result<Node<'a>, String> {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            let Some(reference) = node.text("$ref") else {
                return Ok(node);
            };
            node = self.target(&node.document, reference)?.1;
        }
        Err("its references lead in a circle".to_owned())
    }
}

/// A fragment without its percent-encoding (RFC 6901, section 6).
fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let pair = after
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match byte {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
