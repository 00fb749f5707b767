//! Texts with expressions in them, and how their values are put where they belong.

mod expression;
mod filling;
mod pair;
mod place;
mod scope;
mod split;
mod styled;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod url;

pub(crate) use expression::{Expression, credential_key};
pub(crate) use filling::{Filling, text as read_text};
pub(crate) use pair::{Pair, Pairs, cookies, filled, joined};
pub(crate) use place::Place;
pub(crate) use scope::Scope;
pub(crate) use text::Template;
pub(crate) use tree::Tree;
pub(crate) use url::{Base, UrlSource, UrlTemplate};
