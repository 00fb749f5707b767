use std::collections::HashMap;

use http::Method;

use super::{Route, Segment};
use crate::action::Entry;

/// Which action a request means.
///
/// ```
/// use http::Method;
/// use keyway_core::action::{Action, Registry, Routed, segments};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Show { id: u64 }
///
/// let show = Action::new("ticket:show", |_, input: Show| async move { Ok(input.id) })
///     .read_only()
///     .route(Method::GET, "/tickets/{id}");
/// let registry = Registry::new(vec![show]).unwrap();
/// let path = segments("/tickets/7").unwrap();
/// assert!(matches!(registry.by_route(&Method::HEAD, path), Routed::Found(_, values) if values == ["7"]));
/// let path = segments("/tickets/7").unwrap();
/// assert!(matches!(registry.by_route(&Method::PUT, path), Routed::Others(those) if those.len() == 1));
/// let path = segments("/tickets").unwrap();
/// assert!(matches!(registry.by_route(&Method::GET, path), Routed::Nothing));
/// ```
#[derive(Debug)]
pub enum Routed<'a> {
    /// This one, with what the path says of its parameters, in their order.
    Found(&'a Entry, Vec<String>),
    /// None by this method; these are at the path by others.
    Others(Vec<&'a Entry>),
    /// None at this path.
    Nothing,
}

/// The routes of a registry. Of two that fit a path the one counts whose earlier segment is text.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, Node>,
    parameter: Option<Box<Node>>,
    here: Vec<(Method, usize)>,
}

impl Routes {
    /// Adds the route of the action with this number.
    pub(crate) fn add(&mut self, route: &Route, index: usize) {
        let mut node = &mut self.root;
        for segment in &route.segments {
            node = match segment {
                Segment::Literal(text) => node.literals.entry(text.clone()).or_default(),
                Segment::Parameter(_) => node.parameter.get_or_insert_default(),
            };
        }
        node.here.push((route.method.clone(), index));
    }

    pub(crate) fn find<'a>(
        &self,
        method: &Method,
        path: Vec<String>,
        entries: &'a [Entry],
    ) -> Routed<'a> {
        let method = match *method {
            Method::HEAD => &Method::GET,
            _ => method,
        };
        let mut search = Search {
            method,
            found: None,
            others: Vec::new(),
        };
        search.walk(&self.root, &path, &mut Vec::new());
        let Search { found, others, .. } = search;
        if let Some((index, places)) = found
            && let Some(entry) = entries.get(index)
        {
            let mut number = 0;
            let mut values = path;
            values.retain(|_| {
                number += 1;
                places.contains(&(number - 1))
            });
            return Routed::Found(entry, values);
        }
        let others: Vec<_> = others
            .iter()
            .filter_map(|other| entries.get(*other))
            .collect();
        if others.is_empty() {
            Routed::Nothing
        } else {
            Routed::Others(others)
        }
    }
}

struct Search<'m> {
    method: &'m Method,
    /// The action, and which segments are parameters.
    found: Option<(usize, Vec<usize>)>,
    others: Vec<usize>,
}

impl Search<'_> {
    fn walk(&mut self, node: &Node, path: &[String], parameters: &mut Vec<usize>) {
        self.step(node, path, 0, parameters);
    }

    fn step(&mut self, node: &Node, path: &[String], at: usize, parameters: &mut Vec<usize>) {
        let Some(segment) = path.get(at) else {
            let found = node.here.iter().find(|(method, _)| method == self.method);
            match found {
                Some((_, index)) => self.found = Some((*index, parameters.clone())),
                None => self
                    .others
                    .extend(node.here.iter().map(|(_, index)| *index)),
            }
            return;
        };
        if let Some(next) = node.literals.get(segment) {
            self.step(next, path, at + 1, parameters);
        }
        if self.found.is_none()
            && let Some(next) = &node.parameter
        {
            parameters.push(at);
            self.step(next, path, at + 1, parameters);
            parameters.pop();
        }
    }
}
