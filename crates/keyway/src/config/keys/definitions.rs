use serde_json::json;

use super::{Key, keys};
use crate::config::reader::Kind;

/// What is defined without code.
pub(super) const KEYS: &[Key] = keys! {
    "definitions": Kind::Path,
        "A folder whose `.yaml`, `.yml` and `.json` files define credentials, apps and actions, those of its folders included. `definitions` beside the configuration file when not given; that one need not be there.",
        "",
        |c, v| { c.definitions.dir = Some(v.path()?); Ok(()) },
        |c| json!(c.definitions.dir);
};
