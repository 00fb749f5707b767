use std::collections::BTreeMap;

use serde_json::json;

use super::server::{Answer, field, only};
use super::state::State;

/// `users.info`
pub(super) fn info(state: &State, fields: &BTreeMap<String, String>) -> Answer {
    only(fields, &["user"])?;
    let user = state.users.get(field(fields, "user")?);
    let user = user.ok_or("user_not_found")?;
    Ok(json!({ "user": user }))
}

/// `conversations.open`: the direct message with one person is `D` and the rest of their id.
pub(super) fn open(state: &mut State, fields: &BTreeMap<String, String>) -> Answer {
    only(fields, &["users"])?;
    let user = field(fields, "users")?;
    if !state.users.contains_key(user) {
        return Err("user_not_found".into());
    }
    let id = user.replacen('U', "D", 1);
    state.channels.entry(id.clone()).or_default().joined = true;
    Ok(json!({ "channel": { "id": id } }))
}
