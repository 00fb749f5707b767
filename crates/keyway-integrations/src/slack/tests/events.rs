use keyway_core::provider::InstallationChange;

use super::*;

#[test]
fn slack_is_answered_when_it_asks_whether_somebody_is_there() {
    let ask = json!({ "token": "t", "challenge": "3eZbrw1aBm2rZgRNFdxV2595", "type": "url_verification" });
    let mut set = Set::new();
    let answer = WebhookOutcome::Answered("3eZbrw1aBm2rZgRNFdxV2595".into());
    assert_eq!(set.parse(&ask), answer);
    set.workspace = None;
    set.settings = json!({});
    assert_eq!(set.parse(&ask), answer);
    // Until it is installed nothing else counts.
    assert_eq!(set.rule(&mention("<@U0BOT> hi")), "not_installed");
    let silent = json!({ "type": "url_verification", "challenge": "" });
    assert_eq!(set.rule(&silent), "no_challenge");
}

#[test]
fn a_mention_begins_a_conversation_in_its_thread() {
    let set = Set::new();
    let event = set.accepted(&mention(
        "<@U0BOT> look at <https://a.example|this> &amp; that",
    ));
    assert_eq!(event.rule, "mention");
    assert_eq!(
        event.text,
        "@keeper look at this (https://a.example) & that"
    );
    assert_eq!(event.user.as_deref(), Some("U0ADA"));
    assert_eq!(event.about.as_deref(), Some("channel C0ONE"));
    assert_eq!(
        event.place,
        json!({ "channel": "C0ONE", "ts": ROOT, "threadTs": ROOT, "user": "U0ADA", "direct": false })
    );
    assert!(Slack.begins(&event));
    let at = |granularity| {
        let dispatch = Slack.dispatch(&event, granularity)?;
        Some(dispatch.conversation.unwrap_or_default())
    };
    assert_eq!(at(Granularity::PerThread), Some(format!("C0ONE:{ROOT}")));
    assert_eq!(at(Granularity::PerChannel), Some("C0ONE".into()));
    assert_eq!(at(Granularity::PerUser), Some("U0ADA".into()));
    assert_eq!(at(Granularity::PerWorkspace), Some("workspace".into()));
    assert_eq!(at(Granularity::PerEvent), Some(String::new()));
    assert_eq!(at(Granularity::PerIssue), None);
}

#[test]
fn a_mention_and_its_twin_are_one_whichever_comes_first() {
    let set = Set::with(json!({ "listen": ["C0ONE"] }));
    let text = "<@U0BOT> look";
    let mut twin = message(json!({ "text": text, "ts": ROOT, "event_ts": ROOT }));
    twin["event_id"] = "Ev0TWO".into();
    assert_eq!(set.rule(&twin), "mention_twin");
    assert_eq!(set.key(&twin), set.key(&mention(text)));
    // Where mentions are off, the message counts by itself, and the mention does not.
    let set = Set::with(json!({ "listen": ["C0ONE"], "mentions": false }));
    assert_eq!(set.rule(&twin), "accepted listened");
    assert_eq!(set.rule(&mention(text)), "mentions_off");
    assert_eq!(set.key(&twin), set.key(&mention(text)));
    // In a thread too.
    let set = Set::new();
    let reply = message(json!({ "text": text, "thread_ts": ROOT, "parent_user_id": "U0BOT" }));
    assert_eq!(set.rule(&reply), "mention_twin");
}

#[test]
fn what_is_sent_again_has_the_same_key_and_nothing_else_has_it() {
    let set = Set::with(json!({ "reactions": ["robot_face"] }));
    let one = mention("<@U0BOT> hi");
    let mut again = one.clone();
    again["event_time"] = (NOW + 300).into();
    assert_eq!(set.key(&one), set.key(&again));
    // The same message under another id is the same.
    again["event_id"] = "Ev0GLITCH".into();
    assert_eq!(set.key(&one), set.key(&again));
    let mut keys = vec![
        set.key(&one),
        set.key(&message(json!({}))),
        set.key(&message(json!({ "channel": "C0TWO" }))),
        set.key(&message(json!({ "ts": "1799999500.000201" }))),
        set.key(&reaction(json!({}))),
        set.key(&reaction(json!({ "user": "U0EVE" }))),
        set.key(&reaction(json!({ "event_ts": "1799999601.000300" }))),
        set.key(&around(json!({ "type": "app_uninstalled" }))),
    ];
    keys.sort();
    let all = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), all);
}

#[test]
fn a_direct_message_wakes_it_in_its_thread_or_beside() {
    let set = Set::new();
    let dm = json!({ "channel": "D0ADA", "channel_type": "im" });
    let event = set.accepted(&message(dm));
    assert_eq!(event.rule, "direct_message");
    assert_eq!(event.thread.as_deref(), Some("D0ADA"));
    assert_eq!(event.place["threadTs"], Value::Null);
    // A thread of the assistant.
    let threaded = json!({ "channel": "D0ADA", "channel_type": "im", "thread_ts": ROOT });
    let event = set.accepted(&message(threaded));
    assert_eq!(event.thread.as_deref(), Some("D0ADA:1799999000.000100"));
    assert_eq!(event.place["direct"], true);
    let off = Set::with(json!({ "directMessages": false }));
    let dm = message(json!({ "channel": "D0ADA", "channel_type": "im" }));
    assert_eq!(off.rule(&dm), "direct_messages_off");
    let started = around(json!({
        "type": "assistant_thread_started",
        "assistant_thread": { "user_id": "U0ADA", "channel_id": "D0ADA", "thread_ts": ROOT },
        "event_ts": ROOT
    }));
    assert_eq!(set.rule(&started), "assistant_thread_started");
}

#[test]
fn a_reply_in_a_thread_follows_and_does_not_begin() {
    let set = Set::new();
    let reply = message(json!({ "thread_ts": ROOT, "parent_user_id": "U0ADA" }));
    let event = set.accepted(&reply);
    assert_eq!(event.rule, "thread_reply");
    assert!(!Slack.begins(&event));
    let conversation = |event: &WebhookEvent, granularity| {
        Slack
            .dispatch(event, granularity)
            .map(|one| one.conversation)
    };
    let thread = conversation(&event, Granularity::PerThread);
    assert_eq!(thread, Some(Some(format!("C0ONE:{ROOT}"))));
    // It reaches the conversation of the channel as well, and nobody else's.
    assert_eq!(
        conversation(&event, Granularity::PerChannel),
        Some(Some("C0ONE".into()))
    );
    for elsewhere in [
        Granularity::PerUser,
        Granularity::PerEvent,
        Granularity::PerWorkspace,
    ] {
        assert_eq!(conversation(&event, elsewhere), None);
    }
    // In a thread of its own it is asked, whoever replies.
    let own = message(json!({ "thread_ts": ROOT, "parent_user_id": "U0BOT" }));
    let event = set.accepted(&own);
    assert_eq!(event.rule, "reply_to_agent");
    assert!(Slack.begins(&event));
    assert_eq!(
        conversation(&event, Granularity::PerUser),
        Some(Some("U0ADA".into()))
    );
    let broadcast = json!({ "thread_ts": ROOT, "subtype": "thread_broadcast" });
    assert_eq!(set.rule(&message(broadcast)), "accepted thread_reply");
    let off = Set::with(json!({ "threads": false }));
    assert_eq!(off.rule(&reply), "threads_off");
}

#[test]
fn a_channel_is_listened_to_only_where_that_is_said() {
    assert_eq!(Set::new().rule(&message(json!({}))), "not_addressed");
    let set = Set::with(json!({ "listen": ["C0ONE"] }));
    assert_eq!(set.rule(&message(json!({}))), "accepted listened");
    assert_eq!(
        set.rule(&message(json!({ "channel": "C0TWO" }))),
        "not_addressed"
    );
    let file = json!({ "subtype": "file_share", "text": "", "files": [{ "id": "F0LOG", "name": "build.log" }] });
    assert_eq!(set.accepted(&message(file)).text, "[file F0LOG: build.log]");
    assert_eq!(set.rule(&message(json!({ "text": " " }))), "no_text");
    // Beside any thread it is one talk, and in one it is that thread's.
    let place = |set: &Set, more: Value| {
        let event = set.accepted(&message(more));
        (event.thread.unwrap(), event.place["threadTs"].clone())
    };
    let thread = format!("C0ONE:{ROOT}");
    assert_eq!(place(&set, json!({})), ("C0ONE".to_owned(), Value::Null));
    let reply = json!({ "thread_ts": ROOT });
    assert_eq!(place(&set, reply), (thread, json!(ROOT)));
    let each = Set::with(json!({ "listen": ["C0ONE"], "listenSeconds": 0 }));
    let alone = "1799999500.000200";
    let expected = (format!("C0ONE:{alone}"), json!(alone));
    assert_eq!(place(&each, json!({})), expected);
    let mention = set.accepted(&mention("<@U0BOT> hi"));
    assert_eq!(mention.place["threadTs"], ROOT);
}

#[test]
fn what_it_says_itself_and_what_apps_say_never_wakes_it() {
    let set = Set::with(json!({ "listen": ["C0ONE"], "edits": true, "reactions": ["robot_face"] }));
    for (more, rule) in [
        (
            json!({ "user": "U0BOT", "bot_id": "B0BOT", "app_id": "A0APP" }),
            "own_event",
        ),
        (
            json!({ "user": null, "bot_id": "B0BOT", "bot_profile": { "app_id": "A0APP" } }),
            "own_event",
        ),
        (
            json!({ "channel": "D0ADA", "channel_type": "im", "user": "U0BOT" }),
            "own_event",
        ),
        (
            json!({ "subtype": "bot_message", "user": null }),
            "bot_message",
        ),
        (
            json!({ "bot_id": "B0OTHER", "app_id": "A0OTHER" }),
            "bot_message",
        ),
        (json!({ "user": "USLACKBOT" }), "bot_message"),
        (json!({ "user": null }), "no_user"),
        (json!({ "subtype": "message_deleted" }), "message_deleted"),
        (json!({ "subtype": "channel_join" }), "message_kind"),
        (json!({ "subtype": "channel_topic" }), "message_kind"),
        (json!({ "subtype": "message_replied" }), "message_kind"),
    ] {
        assert_eq!(set.rule(&message(more.clone())), rule, "{more}");
    }
    let mut own = mention("<@U0BOT> hi");
    own["event"]["user"] = "U0BOT".into();
    assert_eq!(set.rule(&own), "own_event");
    assert_eq!(set.rule(&reaction(json!({ "user": "U0BOT" }))), "own_event");
    for kind in [
        "member_joined_channel",
        "channel_rename",
        "app_home_opened",
        "reaction_removed",
    ] {
        assert_eq!(
            set.rule(&around(json!({ "type": kind }))),
            "event_not_handled",
            "{kind}"
        );
    }
}

fn edited(before: &str, now: &str, more: Value) -> Value {
    let said = |text: &str| {
        let mut said = json!({ "type": "message", "user": "U0ADA", "text": text, "ts": ROOT, "team": "T0HOME" });
        for (name, value) in more.as_object().unwrap() {
            said[name] = value.clone();
        }
        said
    };
    let mut message = said(now);
    message["edited"] = json!({ "user": "U0ADA", "ts": "1799999700.000000" });
    around(json!({
        "type": "message", "subtype": "message_changed", "hidden": true, "channel": "C0ONE",
        "channel_type": "channel", "ts": "1799999700.000500", "event_ts": "1799999700.000500",
        "message": message, "previous_message": said(before)
    }))
}

#[test]
fn a_change_wakes_it_only_where_that_is_on_and_the_text_is_another() {
    let listen = json!({ "listen": ["C0ONE"] });
    assert_eq!(Set::with(listen).rule(&edited("a", "b", json!({}))), "edit");
    let set = Set::with(json!({ "listen": ["C0ONE"], "edits": true }));
    assert_eq!(
        set.rule(&edited("a", "a", json!({}))),
        "edit_without_change"
    );
    let mut preview = edited("a", "b", json!({}));
    preview["event"]["message"]["edited"].take();
    assert_eq!(set.rule(&preview), "edit_without_change");
    let event = set.accepted(&edited("a", "b", json!({})));
    assert_eq!(
        (event.rule, event.text.as_str()),
        ("edited", "(changed to) b")
    );
    assert_eq!(
        event.dedupe_key,
        "message:C0ONE:1799999000.000100:edited:1799999700.000000"
    );
    assert!(!Slack.begins(&event));
    // Its own, inside the event that tells of the change.
    assert_eq!(
        set.rule(&edited("a", "b", json!({ "user": "U0BOT" }))),
        "own_event"
    );
    assert_eq!(
        set.rule(&edited("a", "b", json!({ "bot_id": "B0OTHER" }))),
        "bot_message"
    );
    // A mention that is new arrives as one; one that was there is a change.
    assert_eq!(
        set.rule(&edited("a", "<@U0BOT> a", json!({}))),
        "mention_twin"
    );
    assert_eq!(
        set.rule(&edited("<@U0BOT> a", "<@U0BOT> b", json!({}))),
        "accepted edited"
    );
    let quiet = Set::with(json!({ "edits": true }));
    assert_eq!(quiet.rule(&edited("a", "b", json!({}))), "not_addressed");
}

#[test]
fn an_emoji_wakes_it_only_on_its_own_messages() {
    let set = Set::with(json!({ "reactions": ["robot_face"] }));
    let event = set.accepted(&reaction(json!({})));
    assert_eq!(event.rule, "reaction");
    assert_eq!(
        event.text,
        format!("put the emoji :robot_face: on the message of the agent with ts {ROOT}")
    );
    assert_eq!(event.place["ts"], ROOT);
    let toned = json!({ "reaction": "robot_face::skin-tone-2" });
    assert_eq!(set.rule(&reaction(toned)), "accepted reaction");
    for (more, rule) in [
        (json!({ "reaction": "eyes" }), "reaction_not_listed"),
        (json!({ "item_user": "U0ADA" }), "reaction_elsewhere"),
        (
            json!({ "item": { "type": "file", "file": "F1" } }),
            "reaction_elsewhere",
        ),
        (
            json!({ "item": { "type": "message", "channel": "C0ONE" } }),
            "no_place",
        ),
    ] {
        assert_eq!(set.rule(&reaction(more)), rule);
    }
    assert_eq!(Set::new().rule(&reaction(json!({}))), "reaction_not_listed");
}

#[test]
fn an_installation_that_is_taken_away_is_told() {
    let set = Set::new();
    let gone = |rule| WebhookOutcome::Changed {
        dedupe_key: "event:Ev0ONE".into(),
        rule,
        change: InstallationChange::Revoked,
    };
    let tokens = |tokens| around(json!({ "type": "tokens_revoked", "tokens": tokens }));
    let own = tokens(json!({ "oauth": ["U0ADA"], "bot": ["U0BOT"] }));
    assert_eq!(set.parse(&own), gone("tokens_revoked"));
    for other in [
        json!({ "oauth": ["U0ADA"] }),
        json!({ "bot": ["U0OTHER"] }),
        json!({ "bot": [] }),
        json!(null),
    ] {
        assert_eq!(set.rule(&tokens(other)), "other_tokens_revoked");
    }
    assert_eq!(
        set.parse(&around(json!({ "type": "app_uninstalled" }))),
        gone("app_uninstalled")
    );
    let limited = json!({
        "token": "t", "type": "app_rate_limited", "team_id": "T0HOME", "minute_rate_limited": 1,
        "api_app_id": "A0APP"
    });
    assert_eq!(set.rule(&limited), "events_limited");
}

#[test]
fn every_rule_can_be_explained() {
    let unknown = Slack.explain("no such rule");
    let source = [
        include_str!("../parse.rs"),
        include_str!("../message.rs"),
        include_str!("../triggers.rs"),
    ];
    let mut found = 0;
    for line in source.into_iter().flat_map(str::lines) {
        let ignores = [
            "ignored(", "unknown(", "Err(\"", "ok_or(\"", "Some(\"", "revoked(",
        ];
        if !ignores.into_iter().any(|one| line.contains(one)) {
            continue;
        }
        let rules = line.split('"').skip(1).step_by(2);
        for rule in rules
            .filter(|rule| rule.contains('_') || matches!(*rule, "guest" | "stranger" | "edit"))
        {
            let known = Slack.explain(rule) != unknown;
            let own_word = [
                "event_callback",
                "app_mention",
                "app_rate_limited",
                "reaction_added",
            ];
            let subtype = [
                "message_changed",
                "bot_message",
                "url_verification",
                "user_team",
            ];
            assert!(
                known || own_word.contains(&rule) || subtype.contains(&rule),
                "{rule}"
            );
            found += usize::from(known);
        }
    }
    assert!(found > 25, "{found}");
}
