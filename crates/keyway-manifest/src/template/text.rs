use std::borrow::Cow;

use keyway_core::Error;
use serde_json::Value;

use super::split::{Part, split};
use super::{Expression, Place, Scope};
use crate::fault::{Fault, Spot};

/// A text with expressions in it.
#[derive(Debug)]
pub(crate) struct Template {
    pub(super) pieces: Vec<Piece>,
    pub(super) at: Spot,
}

#[derive(Debug)]
pub(super) enum Piece {
    Literal(String),
    Value(Expression),
}

impl Template {
    pub(crate) fn parse(text: &str, at: &Spot) -> Result<Self, Fault> {
        let parts = split(text).map_err(|message| Fault::new(at.clone(), message))?;
        let piece = |part| match part {
            Part::Literal(text) => Ok(Piece::Literal(text.to_owned())),
            Part::Expression(source) => Expression::compile(source, at).map(Piece::Value),
        };
        let pieces = parts.into_iter().map(piece).collect::<Result<_, _>>()?;
        let at = at.clone();
        Ok(Self { pieces, at })
    }

    pub(super) fn of(pieces: Vec<Piece>, at: &Spot) -> Self {
        let at = at.clone();
        Self { pieces, at }
    }

    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Value(expression) => Some(expression),
        })
    }

    /// The expression, if it is all there is.
    pub(crate) fn sole(&self) -> Option<&Expression> {
        match self.pieces.as_slice() {
            [Piece::Value(expression)] => Some(expression),
            _ => None,
        }
    }

    /// The same by value.
    pub(super) fn into_sole(mut self) -> Option<Expression> {
        match (self.pieces.pop(), self.pieces.is_empty()) {
            (Some(Piece::Value(expression)), true) => Some(expression),
            _ => None,
        }
    }

    /// The text, if nothing in it has to be filled.
    pub(super) fn constant(&self) -> Option<String> {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Value(_) => return None,
            }
        }
        Some(out)
    }

    /// The same with what is fixed in it written for a place, which is done once.
    pub(crate) fn written(mut self, place: Place) -> Result<Self, Fault> {
        for piece in &mut self.pieces {
            if let Piece::Literal(text) = piece {
                let mut out = String::with_capacity(text.len());
                let wrong = |what| Fault::new(self.at.clone(), format!("expected {what}"));
                place.write(text, &mut out).map_err(wrong)?;
                *text = out;
            }
        }
        Ok(self)
    }

    /// The text for a place; what is fixed in it was written for it before. `None` where there are
    /// expressions and none has a value.
    pub(crate) fn text(&self, scope: &Scope<'_>, place: Place) -> Result<Option<String>, Error> {
        let mut out = String::new();
        let (mut expressions, mut values) = (0usize, 0usize);
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Value(expression) => {
                    expressions += 1;
                    if let Some(value) = expression.value(scope)?.filter(|value| !value.is_null()) {
                        values += 1;
                        write(expression, &value, place, &mut out)?;
                    }
                }
            }
        }
        Ok((expressions == 0 || values > 0).then_some(out))
    }
}

/// Writes the value of an expression for a place.
pub(super) fn write(
    expression: &Expression,
    value: &Value,
    place: Place,
    out: &mut String,
) -> Result<(), Error> {
    let text = as_text(value).ok_or_else(|| expression.wrong("text, a number, true or false"))?;
    place
        .write(&text, out)
        .map_err(|what| expression.wrong(what))
}

fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(true) => Some(Cow::Borrowed("true")),
        Value::Bool(false) => Some(Cow::Borrowed("false")),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
