use keyway_core::Error;
use serde::Deserialize;
use serde_json::{Value, json};

use super::input;
use crate::slack::acting::{Acting, outside};
use crate::slack::api::at;
use crate::slack::error::incomplete;
use crate::slack::settings::is_person;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    user: String,
}

fn schema() -> Value {
    let user = json!({
        "type": "string",
        "pattern": "^[UW][A-Z0-9]{2,31}$",
        "description": "The id of the person",
    });
    input::object(&json!({ "user": user }), &["user"])
}

pub(super) fn look_up_schema() -> Value {
    schema()
}

pub(super) fn open_schema() -> Value {
    schema()
}

/// `users.info`.
pub(super) async fn look_up(acting: &Acting<'_>, input: Person) -> Result<Value, Error> {
    let user = person(acting, input.user).await?;
    let says = |name: &str| user.get(name) == Some(&Value::Bool(true));
    Ok(json!({
        "id": at(&user, "/id"),
        "name": at(&user, "/name"),
        "real_name": at(&user, "/profile/real_name").or_else(|| at(&user, "/real_name")),
        "display_name": at(&user, "/profile/display_name"),
        "title": at(&user, "/profile/title"),
        "status": at(&user, "/profile/status_text"),
        "time_zone": at(&user, "/tz"),
        "app": says("is_bot"),
        "guest": says("is_restricted") || says("is_ultra_restricted"),
        "external": is_external(acting, &user),
        "gone": says("deleted"),
    }))
}

/// `conversations.open`. Refuses people of another organization, and who is gone.
pub(super) async fn open(acting: &Acting<'_>, input: Person) -> Result<Value, Error> {
    let user = person(acting, input.user).await?;
    let gone = user.get("deleted") == Some(&Value::Bool(true));
    if gone || is_external(acting, &user) {
        return Err(outside());
    }
    let id = at(&user, "/id").ok_or_else(incomplete)?;
    let fields = [("users", id.to_owned())];
    let answer = acting.call("conversations.open", &fields).await?;
    let channel = at(&answer, "/channel/id").ok_or_else(incomplete)?;
    Ok(json!({ "channel": channel }))
}

async fn person(acting: &Acting<'_>, user: String) -> Result<Value, Error> {
    if !is_person(&user) {
        return Err(Error::invalid_at(
            "/user",
            "the id of a person, like `U012AB3CD`",
        ));
    }
    let mut answer = acting.call("users.info", &[("user", user)]).await?;
    let user = answer.get_mut("user").ok_or_else(incomplete)?;
    Ok(user.take())
}

/// Whether somebody belongs to another organization.
fn is_external(acting: &Acting<'_>, user: &Value) -> bool {
    let home = acting.context.workspace.id.as_str();
    let teams = [
        at(user, "/team_id"),
        at(user, "/enterprise_user/enterprise_id"),
    ];
    let stranger = user.get("is_stranger") == Some(&Value::Bool(true));
    stranger || !teams.contains(&Some(home))
}
