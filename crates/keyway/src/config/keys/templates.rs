use serde_json::json;

use super::{Key, keys};
use crate::config::reader::Kind;

/// The pages people see.
pub(super) const KEYS: &[Key] = keys! {
    "templates.dir": Kind::Path,
        "A folder with pages of your own: a file there takes the place of the one of the same name that is built in. `keyway templates export` writes those.",
        "`templates/`",
        |c, v| { c.templates.dir = Some(v.path()?); Ok(()) },
        |c| json!(c.templates.dir);
};
