use keyway_core::Error;

use super::styled::Styled;
use super::{Expression, Pairs, Place, Scope, Template};
use crate::fault::Fault;
use crate::read::{Faults, Node};

/// What stands for the value of a parameter or a header: a text with expressions in it, or one value
/// and the way it is written.
#[derive(Debug)]
pub(crate) enum Filling {
    Text(Template),
    Styled(Styled),
}

impl Filling {
    /// Reads it; what is fixed in it is written for its place. Numbers and truth values are taken as
    /// they are written.
    pub(crate) fn read(node: &Node<'_>, place: Place, faults: &mut Faults) -> Option<Self> {
        let made = match node.value {
            serde_json::Value::Object(_) => {
                return Styled::read(node, place, faults).map(Self::Styled);
            }
            _ => text(node, faults)?.written(place),
        };
        match made {
            Ok(template) => Some(Self::Text(template)),
            Err(fault) => {
                faults.push(fault);
                None
            }
        }
    }

    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Text(template) => template.expressions().collect(),
            Self::Styled(styled) => vec![styled.expression()],
        }
    }

    pub(crate) fn is_secret(&self) -> bool {
        self.expressions().into_iter().any(Expression::is_secret)
    }

    /// The value of a header; `None` without one.
    pub(crate) fn header(&self, scope: &Scope<'_>) -> Result<Option<String>, Error> {
        match self {
            Self::Text(template) => template.text(scope, Place::Header),
            Self::Styled(styled) => styled.header(scope),
        }
    }

    /// Adds it under a name, as often as there are values.
    pub(super) fn pairs(
        &self,
        name: &str,
        scope: &Scope<'_>,
        place: Place,
        out: &mut Pairs,
    ) -> Result<(), Error> {
        match self {
            Self::Text(template) => super::pair::fill(name, template, scope, place, out),
            Self::Styled(styled) => styled.pairs(name, scope, place, out),
        }
    }
}

/// A text with expressions; numbers and truth values are taken as they are written.
pub(crate) fn text(node: &Node<'_>, faults: &mut Faults) -> Option<Template> {
    let text = match node.value {
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::Bool(value) => value.to_string(),
        _ => node.text(faults)?.to_owned(),
    };
    match Template::parse(&text, &node.at) {
        Ok(template) => Some(template),
        Err(fault) => {
            let fault: Fault = fault;
            faults.push(fault);
            None
        }
    }
}
