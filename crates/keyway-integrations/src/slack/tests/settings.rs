use keyway_core::ports::Random;

use super::*;

fn places(set: &Set) -> Vec<String> {
    let error = Slack
        .check(&set.context(), Granularity::PerThread)
        .unwrap_err();
    assert_eq!(error.code(), "invalid_input");
    assert!(!error.to_json().to_string().contains("canary"));
    error
        .problems()
        .iter()
        .map(|one| one.pointer.clone())
        .collect()
}

#[test]
fn settings_for_slack_that_cannot_work_are_told_at_their_place() {
    let mut set = Set::new();
    set.settings = json!({
        "apiUrl": "http://slack.example/canary", "webUrl": "https://a.example/?canary", "appsUrl": "https://u:canary@a.example",
        "clientId": "canary", "appId": "canary", "seen": ":canary:"
    });
    set.secret = Secret::new("short".into());
    set.triggers = json!({
        "channels": ["#canary", "C0ONE", "D0ADA"], "people": [], "reactions": [":canary:"], "listen": ["canary"],
        "listenSeconds": 601
    });
    assert_eq!(
        places(&set),
        [
            "/settings/apiUrl",
            "/settings/webUrl",
            "/settings/appsUrl",
            "/settings/appId",
            "/settings/clientId",
            "/settings/seen",
            "/triggers/channels/0",
            "/triggers/channels/2",
            "/triggers/reactions/0",
            "/triggers/listen/0",
            "/triggers/listenSeconds",
            "/triggers/people",
            "/secret",
        ]
    );
    set.settings = json!({ "canary": 1 });
    assert_eq!(places(&set), ["/settings"]);
    set.settings = json!({});
    set.triggers = json!({ "mentions": "canary" });
    assert_eq!(places(&set), ["/triggers"]);
}

#[test]
fn settings_that_say_nothing_are_slacks_own() {
    let mut set = Set::new();
    set.settings = json!({ "seen": null });
    Slack.check(&set.context(), Granularity::PerThread).unwrap();
    for url in [
        "http://localhost:7/api",
        "http://127.0.0.1:7",
        "http://[::1]:7/api",
        "https://slack-gov.com/api",
    ] {
        set.settings = json!({ "apiUrl": url });
        Slack.check(&set.context(), Granularity::PerThread).unwrap();
    }
    for url in [
        "http://10.0.0.1/api",
        "ftp://slack.com/api",
        "https://slack.com/api/",
        "slack.com",
    ] {
        set.settings = json!({ "apiUrl": url });
        assert_eq!(places(&set), ["/settings/apiUrl"]);
    }
}

#[test]
fn a_secret_that_nobody_brought_can_be_used() {
    struct Sevens;
    impl Random for Sevens {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }
    let mut set = Set::new();
    set.secret = Slack.new_secret(&set.settings, &Sevens);
    Slack.check(&set.context(), Granularity::PerThread).unwrap();
}

#[test]
fn each_tool_has_a_scope_and_each_scope_a_tool() {
    let offer = Slack.publication();
    assert!(offer.granularities.contains(&offer.usual));
    let scopes: Vec<_> = offer.scopes.iter().map(|scope| scope.name).collect();
    for tool in Slack.tools() {
        assert!(scopes.contains(&tool.scope), "{}", tool.name);
        let schema = (tool.input_schema)();
        assert_eq!(schema["additionalProperties"], false, "{}", tool.name);
        for required in schema["required"].as_array().unwrap() {
            assert!(
                schema["properties"]
                    .get(required.as_str().unwrap())
                    .is_some()
            );
        }
    }
    for scope in &scopes {
        assert!(
            Slack.tools().iter().any(|tool| tool.scope == *scope),
            "{scope}"
        );
    }
    assert!(scopes.contains(&Slack.reply_scope().unwrap()));
    let usual: Vec<_> = offer
        .scopes
        .iter()
        .filter(|scope| scope.usual)
        .map(|scope| scope.name)
        .collect();
    assert_eq!(
        usual,
        [
            "message.post",
            "reaction.add",
            "thread.read",
            "channel.read",
            "user.read"
        ]
    );
    let fields = Slack.install_fields();
    let signing = Slack.signing_field().unwrap();
    assert!(
        fields
            .iter()
            .any(|field| field.name == signing && field.secret)
    );
}
