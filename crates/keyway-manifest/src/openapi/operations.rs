use super::names;
use super::report::{Report, shown};
use super::resolver::{Node, Resolver};

/// The methods an action can have, in the order in which operations of one path are taken.
const METHODS: &[(&str, &str)] = &[
    ("get", "GET"),
    ("head", "HEAD"),
    ("post", "POST"),
    ("put", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
];

/// Methods that no action has.
const OTHERS: &[&str] = &["options", "trace", "query"];

/// One operation of a document.
#[derive(Clone, Debug)]
pub(super) struct Operation<'a> {
    pub(super) method: &'static str,
    pub(super) path: String,
    /// The operation object.
    pub(super) node: Node<'a>,
    /// The path item it stands in.
    pub(super) item: Node<'a>,
}

impl<'a> Operation<'a> {
    /// What it is called in a report, and what it is by: `GET /pets`.
    pub(super) fn identity(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(super) fn id(&self) -> Option<&'a str> {
        self.node
            .text("operationId")
            .filter(|id| !id.trim().is_empty())
    }

    pub(super) fn tags(&self) -> Vec<&'a str> {
        let tags = self.node.items("tags");
        tags.filter_map(|tag| tag.value.as_str()).collect()
    }

    /// Its name in words.
    pub(super) fn name(&self) -> String {
        let name = self.id().map(names::kebab).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| names::from_path(self.method, &self.path))
    }
}

/// Every operation, in the order of the document.
pub(super) fn all<'a>(resolver: &Resolver<'a>, report: &mut Report) -> Vec<Operation<'a>> {
    let mut found = Vec::new();
    for (path, item) in resolver.root().members("paths") {
        if path.starts_with("x-") {
            continue;
        }
        report.at(shown(path).trim_matches('`'));
        let item = match resolver.follow(item) {
            Ok(item) => item,
            Err(reason) => {
                report.missing(reason);
                continue;
            }
        };
        if !path.starts_with('/') || path.contains('#') {
            report.missing("a path begins with `/` and has no `#`");
            continue;
        }
        for (key, method) in METHODS {
            if let Some(node) = item.get(key).filter(|node| node.value.is_object()) {
                found.push(Operation {
                    method,
                    path: path.clone(),
                    node,
                    item: item.clone(),
                });
            }
        }
        for other in OTHERS
            .iter()
            .filter(|other| item.value.get(**other).is_some())
        {
            report.missing(format!(
                "the method {} is none of an action's",
                other.to_uppercase()
            ));
        }
    }
    found
}
