use keyway_testkit::slack::Call;

use super::*;

/// A publication that was asked in `C0ONE`, and may act there and in `C0TWO`.
struct Desk {
    world: World,
    context: PublicationContext,
    ts: String,
}

impl Desk {
    async fn new() -> Self {
        let world = World::installed().await;
        let ts = world.vendor.say("C0ONE", "U0ADA", "<@U0BOT> look", None);
        let triggers = json!({ "channels": ["C0ONE", "C0TWO", "C0AWAY", "C0GONE"] });
        let context = world.acting(triggers, place("C0ONE", &ts, &ts)).await;
        Self { world, context, ts }
    }

    async fn run(&self, tool: &str, input: Value) -> Result<Value, Error> {
        let result = Slack.execute_tool(tool, &input, &self.context).await;
        if let Err(error) = &result {
            is_safe(error);
        }
        result
    }

    async fn refused(&self, tool: &str, input: Value) -> String {
        self.run(tool, input).await.unwrap_err().code().to_owned()
    }

    fn last(&self, method: &str) -> Call {
        self.world.vendor.calls_of(method).pop().unwrap()
    }
}

#[tokio::test]
async fn each_tool_asks_slack_as_slack_documents_it() {
    let desk = Desk::new().await;
    let token = format!("Bearer {}", desk.context.token.expose());
    let posted = desk
        .run(
            "post_message",
            json!({ "channel": "C0TWO", "text": "**hi** <b>" }),
        )
        .await
        .unwrap();
    let call = desk.last("chat.postMessage");
    assert_eq!(call.authorization, token);
    assert_eq!(
        call.fields,
        fields(&[("channel", "C0TWO"), ("text", "*hi* &lt;b&gt;")])
    );
    assert!(
        posted["url"]
            .as_str()
            .unwrap()
            .starts_with("https://home.slack.example/archives/C0TWO/p")
    );

    let replied = desk
        .run("reply_in_thread", json!({ "text": "soon" }))
        .await
        .unwrap();
    let expected = fields(&[
        ("channel", "C0ONE"),
        ("text", "soon"),
        ("thread_ts", &desk.ts),
    ]);
    assert_eq!(desk.last("chat.postMessage").fields, expected);
    assert_eq!(replied["thread_ts"], *desk.ts);

    let ts = posted["ts"].as_str().unwrap();
    let update = json!({ "channel": "C0TWO", "ts": ts, "text": "better" });
    desk.run("update_message", update).await.unwrap();
    let expected = fields(&[("channel", "C0TWO"), ("text", "better"), ("ts", ts)]);
    assert_eq!(desk.last("chat.update").fields, expected);
    assert_eq!(
        desk.world.vendor.channel("C0TWO").messages[0]["text"],
        "better"
    );

    for _ in 0..2 {
        desk.run("add_reaction", json!({ "emoji": ":white_check_mark:" }))
            .await
            .unwrap();
    }
    let expected = fields(&[
        ("channel", "C0ONE"),
        ("name", "white_check_mark"),
        ("timestamp", &desk.ts),
    ]);
    assert_eq!(desk.last("reactions.add").fields, expected);

    let user = desk
        .run("look_up_user", json!({ "user": "U0ADA" }))
        .await
        .unwrap();
    assert_eq!(
        (&user["name"], &user["title"], &user["guest"]),
        (&json!("ada"), &json!("Engineer"), &json!(false))
    );
    assert_eq!(user["external"], false);
    assert_eq!(desk.last("users.info").fields, fields(&[("user", "U0ADA")]));

    let dm = desk
        .run("open_dm", json!({ "user": "U0ADA" }))
        .await
        .unwrap();
    assert_eq!(dm, json!({ "channel": "D0ADA" }));
    assert_eq!(
        desk.last("conversations.open").fields,
        fields(&[("users", "U0ADA")])
    );
    desk.run(
        "post_message",
        json!({ "channel": "D0ADA", "text": "psst" }),
    )
    .await
    .unwrap();
}

fn fields(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    let all = all
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    all.collect()
}

#[tokio::test]
async fn threads_and_channels_are_read_page_by_page() {
    let desk = Desk::new().await;
    desk.world
        .vendor
        .say("C0ONE", "U0ADA", "a &lt; b", Some(&desk.ts));
    desk.world
        .vendor
        .say("C0ONE", "U0ADA", "later", Some(&desk.ts));
    let first = desk
        .run("read_thread", json!({ "limit": 2 }))
        .await
        .unwrap();
    let texts = |page: &Value| -> Vec<String> {
        let messages = page["messages"].as_array().unwrap().iter();
        messages
            .map(|one| one["text"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(texts(&first), ["@keeper look", "a < b"]);
    let second = json!({ "limit": 2, "cursor": first["next_cursor"] });
    let second = desk.run("read_thread", second).await.unwrap();
    assert_eq!(
        (texts(&second), &second["next_cursor"]),
        (vec!["later".to_owned()], &Value::Null)
    );
    let call = desk.last("conversations.replies");
    assert_eq!(call.fields["ts"], desk.ts);
    desk.world.vendor.say("C0TWO", "U0ADA", "there", None);
    desk.run(
        "post_message",
        json!({ "channel": "C0TWO", "text": "here" }),
    )
    .await
    .unwrap();
    let channel = desk
        .run("read_channel", json!({ "channel": "C0TWO" }))
        .await
        .unwrap();
    assert_eq!(texts(&channel), ["here", "there"]);
    assert_eq!(
        (
            &channel["messages"][0]["own"],
            &channel["messages"][1]["own"]
        ),
        (&json!(true), &json!(false))
    );
    assert_eq!(desk.last("conversations.history").fields["limit"], "50");
}

#[tokio::test]
async fn a_file_goes_to_its_own_address_without_the_token() {
    let desk = Desk::new().await;
    let input = json!({ "name": "report.csv", "content": "a,b\n1,2\n", "comment": "**here**" });
    let uploaded = desk.run("upload_file", input).await.unwrap();
    let id = uploaded["file"].as_str().unwrap();
    assert_eq!(desk.world.vendor.file(id).unwrap(), b"a,b\n1,2\n");
    let begun = desk.last("files.getUploadURLExternal");
    assert_eq!(
        begun.fields,
        fields(&[("filename", "report.csv"), ("length", "8")])
    );
    assert_eq!(desk.last("upload").authorization, "");
    let done = desk.last("files.completeUploadExternal").fields;
    assert_eq!(
        (done["channel_id"].as_str(), done["thread_ts"].as_str()),
        ("C0ONE", desk.ts.as_str())
    );
    assert_eq!(done["initial_comment"], "*here*");
    let files: Value = serde_json::from_str(&done["files"]).unwrap();
    assert_eq!(files, json!([{ "id": id, "title": "report.csv" }]));
    // Another channel: beside any thread, unless one is named.
    let input = json!({ "channel": "C0TWO", "name": "a.txt", "content": "a" });
    let uploaded = desk.run("upload_file", input).await.unwrap();
    assert_eq!(uploaded["thread_ts"], Value::Null);
}

#[tokio::test]
async fn an_upload_address_that_others_could_read_is_not_used() {
    let desk = Desk::new().await;
    desk.world
        .vendor
        .upload_to("http://files.slack.example/upload");
    let input = json!({ "name": "a.txt", "content": "a" });
    assert_eq!(desk.refused("upload_file", input).await, "vendor_failed");
    assert!(desk.world.vendor.calls_of("upload").is_empty());
}

#[tokio::test]
async fn what_names_another_channel_or_another_team_is_refused_before_slack_is_asked() {
    let desk = Desk::new().await;
    let ts = &desk.ts;
    let before = desk.world.vendor.calls().len();
    for (tool, input) in [
        ("post_message", json!({ "channel": "C0OTHER", "text": "x" })),
        (
            "reply_in_thread",
            json!({ "channel": "C0OTHER", "thread_ts": ts, "text": "x" }),
        ),
        (
            "update_message",
            json!({ "channel": "C0OTHER", "ts": ts, "text": "x" }),
        ),
        (
            "add_reaction",
            json!({ "channel": "C0OTHER", "ts": ts, "emoji": "eyes" }),
        ),
        (
            "read_thread",
            json!({ "channel": "C0OTHER", "thread_ts": ts }),
        ),
        ("read_channel", json!({ "channel": "C0OTHER" })),
        (
            "upload_file",
            json!({ "channel": "C0OTHER", "name": "a.txt", "content": "a" }),
        ),
        // What one person wrote to the agent is nobody else's.
        ("read_channel", json!({ "channel": "D0ADA" })),
        (
            "read_thread",
            json!({ "channel": "D0ADA", "thread_ts": ts }),
        ),
    ] {
        assert_eq!(
            desk.refused(tool, input).await,
            "outside_publication",
            "{tool}"
        );
    }
    assert_eq!(desk.world.vendor.calls().len(), before);
    // Slack has to be asked whose they are, and nothing is opened.
    assert_eq!(
        desk.refused("open_dm", json!({ "user": "U0EVE" })).await,
        "outside_publication"
    );
    assert!(desk.world.vendor.calls_of("conversations.open").is_empty());
    let eve = desk
        .run("look_up_user", json!({ "user": "U0EVE" }))
        .await
        .unwrap();
    assert_eq!(eve["external"], true);
}

#[tokio::test]
async fn a_tool_whose_scope_is_not_granted_does_nothing() {
    let mut desk = Desk::new().await;
    let before = desk.world.vendor.calls().len();
    for tool in Slack.tools() {
        let others = EVERY_SCOPE.into_iter().filter(|scope| *scope != tool.scope);
        desk.context.scopes = Arc::new(GrantedScopes::of(others));
        let error = desk.run(tool.name, json!({})).await.unwrap_err();
        assert_eq!(error.code(), "outside_publication", "{}", tool.name);
        assert_eq!(error.detail("scope"), Some(tool.scope));
    }
    assert_eq!(desk.world.vendor.calls().len(), before);
    let without = EVERY_SCOPE.into_iter().filter(|scope| *scope != "dm.open");
    desk.context.scopes = Arc::new(GrantedScopes::of(without));
    let direct = json!({ "channel": "D0ADA", "text": "psst" });
    assert_eq!(
        desk.refused("post_message", direct).await,
        "outside_publication"
    );
    assert_eq!(
        desk.refused("delete_everything", json!({})).await,
        "tool_not_found"
    );
}

#[tokio::test]
async fn inputs_that_are_none_are_told_at_their_place() {
    let desk = Desk::new().await;
    let ts = &desk.ts;
    for (tool, input, place) in [
        (
            "post_message",
            json!({ "channel": "#canary", "text": "x" }),
            "/channel",
        ),
        (
            "post_message",
            json!({ "channel": "C0ONE", "text": " " }),
            "/text",
        ),
        (
            "post_message",
            json!({ "channel": "C0ONE", "text": "x", "canary": 1 }),
            "",
        ),
        ("post_message", json!({ "text": "x" }), ""),
        (
            "reply_in_thread",
            json!({ "channel": "C0TWO", "text": "x" }),
            "/thread_ts",
        ),
        (
            "update_message",
            json!({ "ts": "canary", "text": "x" }),
            "/ts",
        ),
        (
            "add_reaction",
            json!({ "ts": ts, "emoji": "can ary" }),
            "/emoji",
        ),
        ("read_thread", json!({ "limit": 0 }), "/limit"),
        ("read_channel", json!({ "limit": 201 }), "/limit"),
        ("look_up_user", json!({ "user": "@canary" }), "/user"),
        ("open_dm", json!({ "user": "canary" }), "/user"),
        (
            "upload_file",
            json!({ "name": "../canary", "content": "a" }),
            "/name",
        ),
        (
            "upload_file",
            json!({ "name": "a.txt", "content": "" }),
            "/content",
        ),
    ] {
        let error = desk.run(tool, input).await.unwrap_err();
        assert_eq!(error.code(), "invalid_input", "{tool}");
        assert_eq!(error.problems()[0].pointer, place, "{tool}");
    }
}

#[tokio::test]
async fn what_slack_refuses_has_a_code_that_lasts() {
    let desk = Desk::new().await;
    let vendor = &desk.world.vendor;
    let post = |channel: &str| json!({ "channel": channel, "text": "x" });
    assert_eq!(
        desk.refused("post_message", post("C0GONE")).await,
        "target_not_found"
    );
    assert_eq!(
        desk.refused("post_message", post("C0AWAY")).await,
        "not_in_channel"
    );
    vendor.change_channel("C0TWO", |channel| channel.archived = true);
    assert_eq!(
        desk.refused("post_message", post("C0TWO")).await,
        "target_archived"
    );
    vendor.change_channel("C0TWO", |channel| {
        channel.archived = false;
        channel.locked = true;
    });
    assert_eq!(
        desk.refused("post_message", post("C0TWO")).await,
        "target_locked"
    );
    let theirs = json!({ "ts": desk.ts, "text": "x" });
    assert_eq!(
        desk.refused("update_message", theirs).await,
        "target_not_own"
    );
    let nowhere = json!({ "ts": "1.000001", "emoji": "eyes" });
    assert_eq!(
        desk.refused("add_reaction", nowhere).await,
        "target_not_found"
    );
    assert_eq!(
        desk.refused("look_up_user", json!({ "user": "U0NOBODY" }))
            .await,
        "target_not_found"
    );
}
