//! Who is a guest or belongs to another organization. Most events do not say it, so Slack is asked
//! (<https://docs.slack.dev/reference/methods/users.info>).

use keyway_core::Error;
use keyway_core::provider::{ProviderContext, PublicationContext, Vouched, WebhookEvent};
use serde_json::Value;

use super::acting::Acting;
use super::api::at;
use super::error::incomplete;
use super::place::Place;
use super::reply::no_place;
use super::settings::Triggers;

/// Of whom Slack is to be asked; of nobody where people are listed.
pub(super) fn vouching(context: &ProviderContext<'_>, event: &WebhookEvent) -> Option<String> {
    let triggers = Triggers::read(context.triggers).ok();
    let listed = triggers.is_some_and(|triggers| triggers.people.is_some());
    (!listed).then(|| Place::read(&event.place).map_or_else(String::new, |place| place.user))
}

/// Whether who caused an event is a member of the workspace, or a guest where guests may.
pub(super) async fn vouch(
    context: &PublicationContext,
    event: &WebhookEvent,
) -> Result<Vouched, Error> {
    let acting = Acting::new(context)?;
    let place = Place::read(&event.place).ok_or_else(no_place)?;
    let answer = acting.call("users.info", &[("user", place.user)]).await;
    let answer = match answer {
        Ok(answer) => answer,
        // Whom the workspace does not know belongs elsewhere.
        Err(error) if error.code() == "target_not_found" => return Ok(Vouched::No("stranger")),
        Err(error) => return Err(error),
    };
    let user = answer.get("user").filter(|user| user.is_object());
    let user = user.ok_or_else(incomplete)?;
    Ok(judge(user, &context.workspace.id, acting.triggers.guests))
}

fn judge(user: &Value, home: &str, guests: bool) -> Vouched {
    let says = |what: &str| user.get(what) == Some(&Value::Bool(true));
    if says("is_stranger") || !is_home(user, home) {
        return Vouched::No("stranger");
    }
    let guest = says("is_restricted") || says("is_ultra_restricted");
    match (says("deleted"), guest) {
        (true, _) => Vouched::No("person_gone"),
        (false, true) if !guests => Vouched::No("guest"),
        (false, _) => Vouched::Yes,
    }
}

/// Whether somebody belongs to the workspace, or to one of the organization of workspaces.
fn is_home(user: &Value, home: &str) -> bool {
    let everywhere = user.pointer("/enterprise_user/teams");
    let teams = everywhere.and_then(Value::as_array).into_iter().flatten();
    at(user, "/team_id") == Some(home)
        || at(user, "/enterprise_user/enterprise_id") == Some(home)
        || teams.into_iter().any(|team| team.as_str() == Some(home))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_may_and_guests_strangers_and_who_is_gone_may_not() {
        let of = |more: &Value| {
            let mut user = json!({ "id": "U0ADA", "team_id": "T0HOME", "deleted": false });
            for (name, value) in more.as_object().unwrap() {
                user[name] = value.clone();
            }
            user
        };
        for (more, expected) in [
            (json!({}), Vouched::Yes),
            (json!({ "is_restricted": true }), Vouched::No("guest")),
            (json!({ "is_ultra_restricted": true }), Vouched::No("guest")),
            (json!({ "is_stranger": true }), Vouched::No("stranger")),
            (json!({ "team_id": "T0AWAY" }), Vouched::No("stranger")),
            (json!({ "team_id": null }), Vouched::No("stranger")),
            (json!({ "deleted": true }), Vouched::No("person_gone")),
        ] {
            assert_eq!(judge(&of(&more), "T0HOME", false), expected, "{more}");
        }
        let guest = of(&json!({ "is_restricted": true }));
        assert_eq!(judge(&guest, "T0HOME", true), Vouched::Yes);
        let away = of(&json!({ "team_id": "T0AWAY" }));
        assert_eq!(judge(&away, "T0HOME", true), Vouched::No("stranger"));
        // An organization's own people belong to its workspaces.
        let grid = json!({ "enterprise_id": "E0ORG", "teams": ["T0OTHER", "T0HOME"] });
        let colleague = of(&json!({ "team_id": "T0OTHER", "enterprise_user": grid }));
        assert_eq!(judge(&colleague, "T0HOME", false), Vouched::Yes);
        assert_eq!(judge(&colleague, "E0ORG", false), Vouched::Yes);
        assert_eq!(judge(&colleague, "T0ELSE", false), Vouched::No("stranger"));
    }
}
