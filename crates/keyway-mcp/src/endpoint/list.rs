use keyway_core::json::quote;
use keyway_core::rpc::RpcError;

use super::core::{Core, Origin};
use super::method::items_key;
use super::params::{Params, invalid, string};
use super::{List, Page};

/// One page of a list as a `result` object. What a revision adds to it, `more` writes: members, each
/// with a comma before it.
pub(super) async fn list(
    core: &Core,
    origin: &Origin,
    which: List,
    params: &Params<'_>,
    more: impl FnOnce(&Page, &mut String),
) -> Result<String, RpcError> {
    let cursor = string(params.cursor);
    if params.cursor.is_some() && cursor.is_none() {
        return Err(invalid("`cursor` must be a string"));
    }
    if let Some(preparing) = core.backend.prepare(&origin.who) {
        preparing.await;
    }
    let page = core.backend.list(&origin.who, which, cursor.as_deref())?;
    let items = page.items.as_str();
    let mut result = String::with_capacity(items.len() + 160);
    result.push_str("{\"");
    result.push_str(items_key(which));
    result.push_str("\":");
    result.push_str(items);
    if let Some(next) = &page.next_cursor {
        result.push_str(",\"nextCursor\":");
        result.push_str(&quote(next));
    }
    more(&page, &mut result);
    result.push('}');
    Ok(result)
}
