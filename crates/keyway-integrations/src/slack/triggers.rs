use serde_json::Value;

use super::body::Body;
use super::settings::Triggers;

/// Why who caused an event may not wake the agent; `None` where they may.
///
/// What the body says is all that is known. It names the organization of who said something, and most
/// messages say of their author whether it is a guest. Reactions say neither: in a channel that is shared
/// with another organization they count only of people who are listed.
pub(super) fn refused(
    body: &Body<'_>,
    message: &Value,
    user: &str,
    triggers: &Triggers,
) -> Option<&'static str> {
    if let Some(people) = &triggers.people {
        // Whoever is named may, from wherever they are.
        let listed = people.iter().any(|one| one == user);
        return (!listed).then_some("person_not_listed");
    }
    let teams = teams(message);
    if teams.iter().any(|team| !body.is_home(team)) || says(message, "is_stranger") {
        return Some("stranger");
    }
    if teams.is_empty() && body.is_shared() {
        return Some("stranger_unknown");
    }
    let guest = says(message, "is_restricted") || says(message, "is_ultra_restricted");
    (guest && !triggers.guests).then_some("guest")
}

/// Every organization that a message says its author belongs to.
fn teams(message: &Value) -> Vec<&str> {
    let pointers = ["/user_team", "/user_profile/team", "/source_team", "/team"];
    let found = pointers.into_iter().filter_map(|at| message.pointer(at));
    found.filter_map(Value::as_str).collect()
}

fn says(message: &Value, what: &str) -> bool {
    let profile = message.get("user_profile");
    profile.and_then(|profile| profile.get(what)) == Some(&Value::Bool(true))
}
