use super::{ResultSpec, Select};
use crate::fault::Fault;
use crate::read::{Faults, Fields, Node};

const WAYS: &[&str] = &["cursor", "page", "offset", "link"];
const KEYS: &[&str] = &["cursor", "page", "offset", "link", "max_pages"];
const DEFAULT_PAGES: u64 = 10;

/// How a service hands out a list in pages.
#[derive(Debug, Clone)]
pub(crate) struct Pagination {
    pub(crate) way: Way,
    pub(crate) max_pages: u64,
}

/// How the next page is asked for.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    /// With what the page before says.
    Cursor { parameter: String, next: Select },
    /// With its number.
    Page {
        parameter: String,
        first: u64,
        size: Option<(String, u64)>,
    },
    /// With the number of items before it.
    Offset {
        parameter: String,
        size_parameter: Option<String>,
        size: u64,
    },
    /// At the URL of a `Link` header (RFC 8288) with the relation `next`.
    Link,
}

impl Pagination {
    pub(crate) fn read(
        fields: &Fields<'_>,
        result: &ResultSpec,
        faults: &mut Faults,
    ) -> Option<Self> {
        let node = fields.get("pagination")?;
        let fields = node.fields(KEYS, faults)?;
        if result.one || result.text {
            let message = "pages are joined into a list, and the result is none";
            let fault = Fault::new(node.at.clone(), message);
            faults.push(fault.suggest("leave `result.one` and `result.text` out"));
        }
        let max_pages = fields.get("max_pages");
        let max_pages = max_pages.and_then(|node| node.integer(1..=1_000, faults));
        let ways: Vec<_> = WAYS.iter().filter(|way| fields.has(way)).collect();
        let [way] = ways.as_slice() else {
            return node.wrong("one of `cursor`, `page`, `offset` and `link`", faults);
        };
        let node = fields.get(way)?;
        let way = match **way {
            "cursor" => cursor(&node, faults),
            "page" => page(&node, faults),
            "offset" => offset(&node, faults),
            _ if node.bool(faults)? => Some(Way::Link),
            _ => node.wrong("true", faults),
        };
        Some(Self {
            way: way?,
            max_pages: max_pages.unwrap_or(DEFAULT_PAGES),
        })
    }
}

fn cursor(node: &Node<'_>, faults: &mut Faults) -> Option<Way> {
    let fields = node.fields(&["parameter", "next"], faults)?;
    let next = fields.need("next", faults);
    let next = next.and_then(|node| Select::read(&node, faults));
    Some(Way::Cursor {
        parameter: parameter(&fields, "parameter", faults)?,
        next: next?,
    })
}

fn page(node: &Node<'_>, faults: &mut Faults) -> Option<Way> {
    let fields = node.fields(&["parameter", "first", "size_parameter", "size"], faults)?;
    let first = fields.get("first");
    let first = first.and_then(|node| node.integer(0..=1, faults));
    let size = match (fields.has("size_parameter"), fields.has("size")) {
        (false, false) => None,
        _ => Some((
            parameter(&fields, "size_parameter", faults)?,
            size(&fields, faults)?,
        )),
    };
    Some(Way::Page {
        parameter: parameter(&fields, "parameter", faults)?,
        first: first.unwrap_or(1),
        size,
    })
}

fn offset(node: &Node<'_>, faults: &mut Faults) -> Option<Way> {
    let fields = node.fields(&["parameter", "size_parameter", "size"], faults)?;
    let size_parameter = if fields.has("size_parameter") {
        Some(parameter(&fields, "size_parameter", faults)?)
    } else {
        None
    };
    Some(Way::Offset {
        parameter: parameter(&fields, "parameter", faults)?,
        size_parameter,
        size: size(&fields, faults)?,
    })
}

/// The name of a parameter as it is sent.
fn parameter(fields: &Fields<'_>, key: &str, faults: &mut Faults) -> Option<String> {
    let node = fields.need(key, faults)?;
    let text = node.text(faults)?;
    if text.is_empty() || text.contains("{{") {
        return node.wrong("the name of a parameter", faults);
    }
    let mut out = String::new();
    let written = crate::template::Place::Query.write(text, &mut out);
    written.ok().map(|()| out)
}

fn size(fields: &Fields<'_>, faults: &mut Faults) -> Option<u64> {
    fields.need("size", faults)?.integer(1..=10_000, faults)
}
