use super::*;

fn set() -> Set {
    Set::with(json!({ "listen": ["C0ONE"], "reactions": ["robot_face"] }))
}

#[test]
fn another_workspace_and_another_app_are_for_somebody_else() {
    let set = set();
    let mut other = mention("<@U0BOT> hi");
    other["context_team_id"] = "T0AWAY".into();
    assert_eq!(set.rule(&other), "other_workspace");
    let mut other = mention("<@U0BOT> hi");
    other["team_id"] = "T0AWAY".into();
    other["context_team_id"].take();
    assert_eq!(set.rule(&other), "other_workspace");
    let mut other = mention("<@U0BOT> hi");
    other["api_app_id"] = "A0OTHER".into();
    assert_eq!(set.rule(&other), "other_app");
    for gone in ["tokens_revoked", "app_uninstalled"] {
        let mut other = around(json!({ "type": gone, "tokens": { "bot": ["U0BOT"] } }));
        other["team_id"] = "T0AWAY".into();
        other["context_team_id"] = "T0AWAY".into();
        assert_eq!(set.rule(&other), "other_workspace");
    }
}

#[test]
fn an_organization_of_workspaces_is_told_by_its_own_id() {
    let mut set = set();
    set.workspace.as_mut().unwrap().id = "E0ORG".into();
    assert_eq!(set.rule(&mention("<@U0BOT> hi")), "other_workspace");
    let mut own = mention("<@U0BOT> hi");
    own["context_enterprise_id"] = "E0ORG".into();
    assert_eq!(set.rule(&own), "accepted mention");
}

#[test]
fn strangers_of_a_shared_channel_are_denied_by_what_the_body_says() {
    let set = set();
    let shared = |more: Value| {
        let mut body = message(more);
        body["is_ext_shared_channel"] = true.into();
        body
    };
    assert_eq!(set.rule(&shared(json!({}))), "accepted listened");
    let away = json!({ "user_team": "T0AWAY", "source_team": "T0AWAY" });
    assert_eq!(set.rule(&shared(away)), "stranger");
    // Whatever names another organization counts.
    for more in [
        json!({ "user_team": "T0AWAY" }),
        json!({ "source_team": "T0AWAY" }),
        json!({ "team": "E0AWAY" }),
        json!({ "user_profile": { "team": "T0AWAY" } }),
        json!({ "user_profile": { "is_stranger": true } }),
    ] {
        assert_eq!(set.rule(&message(more.clone())), "stranger", "{more}");
    }
    let silent = json!({ "team": null, "user_team": null, "source_team": null });
    assert_eq!(set.rule(&shared(silent.clone())), "stranger_unknown");
    assert_eq!(set.rule(&message(silent)), "accepted listened");
    let mut emoji = reaction(json!({}));
    emoji["is_ext_shared_channel"] = true.into();
    assert_eq!(set.rule(&emoji), "stranger_unknown");
    // An organization's own people are no strangers to its workspaces.
    let mut colleague = message(json!({ "user_team": "E0ORG" }));
    colleague["context_enterprise_id"] = "E0ORG".into();
    assert_eq!(set.rule(&colleague), "accepted listened");
}

#[test]
fn guests_are_denied_unless_they_are_let() {
    let guest = message(json!({ "user_profile": { "team": "T0HOME", "is_restricted": true } }));
    let lone = message(json!({ "user_profile": { "is_ultra_restricted": true } }));
    let set = set();
    assert_eq!(set.rule(&guest), "guest");
    assert_eq!(set.rule(&lone), "guest");
    let open = Set::with(json!({ "listen": ["C0ONE"], "guests": true }));
    assert_eq!(open.rule(&guest), "accepted listened");
}

#[test]
fn people_who_are_listed_may_and_nobody_else() {
    let set = Set::with(json!({ "listen": ["C0ONE"], "people": ["U0EVE"] }));
    assert_eq!(set.rule(&message(json!({}))), "person_not_listed");
    let away = json!({ "user": "U0EVE", "user_team": "T0AWAY" });
    assert_eq!(set.rule(&message(away)), "accepted listened");
    let dm = json!({ "channel": "D0ADA", "channel_type": "im" });
    assert_eq!(set.rule(&message(dm)), "person_not_listed");
}

#[test]
fn channels_that_are_not_listed_are_deaf() {
    let set = Set::with(json!({ "channels": ["C0TWO"], "reactions": ["robot_face"] }));
    assert_eq!(set.rule(&mention("<@U0BOT> hi")), "channel_not_listed");
    assert_eq!(set.rule(&reaction(json!({}))), "channel_not_listed");
    let reply = message(json!({ "thread_ts": ROOT, "parent_user_id": "U0BOT" }));
    assert_eq!(set.rule(&reply), "channel_not_listed");
    let dm = json!({ "channel": "D0ADA", "channel_type": "im" });
    assert_eq!(set.rule(&message(dm)), "accepted direct_message");
    let mut there = mention("<@U0BOT> hi");
    there["event"]["channel"] = "C0TWO".into();
    assert_eq!(set.rule(&there), "accepted mention");
}
