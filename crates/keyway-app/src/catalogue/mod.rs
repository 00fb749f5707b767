//! Everything callers of one organization can list, and what stands behind each name. Built anew
//! whenever something changes, then never changed.

mod build;
mod cursor;
mod define;
mod route;
mod section;

pub(crate) use build::{Sources, build};
pub(crate) use route::{Catalogue, PromptTarget, ResourceTarget, ToolRoute, ToolTarget};
pub(crate) use section::{Item, Section};
