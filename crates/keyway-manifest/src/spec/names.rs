use std::sync::Arc;

use keyway_core::names::Grammar;

use crate::fault::Fault;
use crate::read::{Faults, Node};

/// A definition under its name; `None` in place of one that is wrong, whose name counts all the same.
#[derive(Debug, Clone)]
pub(crate) struct Named<T> {
    pub(crate) name: String,
    pub(crate) at: crate::Spot,
    pub(crate) spec: Option<Arc<T>>,
}

/// The definitions of one kind, by their names.
pub(crate) fn named<T>(
    node: &Node<'_>,
    grammar: &Grammar,
    faults: &mut Faults,
    read: impl Fn(&Node<'_>, &mut Faults) -> Option<T>,
) -> Vec<Named<T>> {
    let mut all = Vec::new();
    for (name, value) in node.members(faults) {
        if !grammar.allows(name) {
            let message = format!("expected {}", grammar.expectation());
            let example = format!("like `{}`", grammar.example);
            faults.push(
                Fault::new(value.at.clone(), message)
                    .of_name()
                    .suggest(example),
            );
            continue;
        }
        let before = faults.len();
        let spec = read(&value, faults).filter(|_| faults.len() == before);
        all.push(Named {
            name: name.to_owned(),
            at: value.at,
            spec: spec.map(Arc::new),
        });
    }
    all
}
