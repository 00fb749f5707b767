//! Each tool: its scope, the methods it calls, and the scope of Slack's that is named where it is missing.

use super::*;

/// A tool, its scope, what it takes, the methods that are called, and what Slack wants for it.
type Row = (
    &'static str,
    &'static str,
    Value,
    &'static [&'static str],
    &'static str,
);

fn table(ts: &str, own: &str) -> Vec<Row> {
    vec![
        (
            "post_message",
            "message.post",
            json!({ "channel": "C0TWO", "text": "x" }),
            &["chat.postMessage"],
            "chat:write",
        ),
        (
            "reply_in_thread",
            "message.post",
            json!({ "text": "x" }),
            &["chat.postMessage"],
            "chat:write",
        ),
        (
            "update_message",
            "message.update",
            json!({ "ts": own, "text": "y" }),
            &["chat.update"],
            "chat:write",
        ),
        (
            "add_reaction",
            "reaction.add",
            json!({ "emoji": "eyes" }),
            &["reactions.add"],
            "reactions:write",
        ),
        (
            "read_thread",
            "thread.read",
            json!({ "thread_ts": ts }),
            &["conversations.replies"],
            "channels:history",
        ),
        (
            "read_channel",
            "channel.read",
            json!({}),
            &["conversations.history"],
            "channels:history",
        ),
        (
            "look_up_user",
            "user.read",
            json!({ "user": "U0ADA" }),
            &["users.info"],
            "users:read",
        ),
        (
            "upload_file",
            "file.upload",
            json!({ "name": "a.txt", "content": "a" }),
            &[
                "files.getUploadURLExternal",
                "upload",
                "files.completeUploadExternal",
            ],
            "files:write",
        ),
        (
            "open_dm",
            "dm.open",
            json!({ "user": "U0ADA" }),
            &["users.info", "conversations.open"],
            "users:read",
        ),
    ]
}

#[tokio::test]
async fn each_tool_calls_the_methods_of_its_table_with_its_scope_alone() {
    let tools = Slack.tools().iter();
    let named: Vec<_> = tools.map(|tool| (tool.name, tool.scope)).collect();
    let listed = table("", "");
    let listed: Vec<_> = listed.iter().map(|row| (row.0, row.1)).collect();
    assert_eq!(named, listed);
    for number in 0..listed.len() {
        let world = World::installed().await;
        let ts = world.vendor.say("C0ONE", "U0ADA", "<@U0BOT> look", None);
        let own = world.vendor.say("C0ONE", Vendor::BOT, "x", None);
        let (tool, scope, input, methods, needed) = table(&ts, &own).swap_remove(number);
        let mut context = world.acting(json!({}), place("C0ONE", &ts, &ts)).await;
        context.scopes = Arc::new(GrantedScopes::of([scope]));
        let before = world.vendor.calls().len();
        Slack.execute_tool(tool, &input, &context).await.unwrap();
        let calls = world.vendor.calls().split_off(before);
        let called: Vec<_> = calls.iter().map(|call| call.method.as_str()).collect();
        assert_eq!(called, methods, "{tool}");
        // Where Slack lets the app do everything but that.
        let others = [
            "chat:write",
            "reactions:write",
            "channels:history",
            "users:read",
            "files:write",
            "im:write",
        ];
        let others: Vec<_> = others.into_iter().filter(|one| *one != needed).collect();
        context.token = Secret::new(world.vendor.install(&others));
        let error = Slack
            .execute_tool(tool, &input, &context)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "missing_vendor_scope", "{tool}");
        assert!(
            error.to_json().to_string().contains(needed),
            "{tool}: {error:?}"
        );
    }
}
