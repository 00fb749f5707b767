use std::collections::BTreeSet;

use keyway_app::{List, Settings, Surface};
use keyway_core::ports::RelayMethod;
use keyway_core::rpc::RpcError;
use keyway_core::{Principal, Role};
use serde_json::json;

use super::world::*;
#[tokio::test]
async fn everyone_lists_exactly_what_they_may_call() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    app.set_policies(policies(
        "forbid (principal, action == Action::\"call\", resource == Tool::\"mcp__s__plain\")
         unless { principal in Role::\"owner\" };",
    ));
    let all: [&str; 5] = [
        "app-purge",
        "app-read",
        "mcp__s__drop",
        "mcp__s__look",
        "mcp__s__plain",
    ];
    let table: [(Principal, &[usize]); 7] = [
        (someone(app, Role::Owner, "key", "mcp"), &[0, 1, 2, 3, 4]),
        (someone(app, Role::Admin, "key", "mcp"), &[0, 1, 2, 3]),
        (someone(app, Role::Member, "key", "mcp"), &[1, 2, 3]),
        (
            someone(app, Role::Member, "key", "tools:mcp__s__*"),
            &[2, 3],
        ),
        (someone(app, Role::Owner, "key", "mcp:resources"), &[]),
        (someone(app, Role::Owner, "key", ""), &[]),
        (app.local(), &[0, 1, 2, 3, 4]),
    ];
    for (who, seen) in table {
        let expected: BTreeSet<_> = seen.iter().map(|nth| all[*nth].to_owned()).collect();
        assert_eq!(names(app, &who, List::Tools), expected, "{who:?}");
        assert_eq!(app.count(&who, List::Tools), expected.len());
        for name in all {
            let outcome = call(app, &who, name).await;
            assert_eq!(outcome.is_ok(), expected.contains(name), "{name} {who:?}");
        }
    }
    process.stop().await;
}

#[tokio::test]
async fn resources_prompts_completions_and_servers_are_guarded_alike() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let (owner, member) = (
        someone(app, Role::Owner, "key", "mcp"),
        someone(app, Role::Member, "key", "mcp"),
    );
    assert!(names(app, &owner, List::Resources).contains("app://purge"));
    assert!(!names(app, &member, List::Resources).contains("app://purge"));
    assert!(!names(app, &member, List::Prompts).contains("app-purge"));
    let read = |who: Principal, uri: &'static str| async move {
        let asking = asking(app, &who);
        let params = json!({ "uri": uri });
        asking
            .call(app, RelayMethod::ReadResource, uri, &params)
            .await
    };
    read(owner.clone(), "app://purge").await.unwrap();
    let unknown = read(member.clone(), "app://none").await.unwrap_err();
    let hidden = read(member.clone(), "app://purge").await.unwrap_err();
    assert_eq!(hidden.code, unknown.code);
    assert_eq!(hidden.message, unknown.message);
    read(member.clone(), "file:///a").await.unwrap();
    app.set_policies(policies(
        "forbid (principal, action in Action::\"use\", resource in Server::\"s\")
         when { principal in Role::\"member\" };
         forbid (principal, action == Action::\"list\", resource == Server::\"s\")
         when { principal in Role::\"member\" };",
    ));
    for list in List::ALL {
        assert!(
            names(app, &member, list)
                .iter()
                .all(|name| name.starts_with("app")),
            "{list:?}"
        );
        assert!(
            names(app, &owner, list).len() > names(app, &member, list).len(),
            "{list:?}"
        );
    }
    for uri in ["file:///a", "file:///never-listed", "app://purge"] {
        read(member.clone(), uri).await.unwrap_err();
        let listening = app.subscribe(&member, uri).await;
        listening.unwrap_err();
    }
    for reference in [
        json!({ "ref": { "type": "ref/prompt", "name": "mcp__s__hello" }, "argument": { "name": "a", "value": "" } }),
        json!({ "ref": { "type": "ref/resource", "uri": "file:///{name}" }, "argument": { "name": "a", "value": "" } }),
    ] {
        let target = reference["ref"]["name"]
            .as_str()
            .or(reference["ref"]["uri"].as_str());
        let target = target.unwrap().to_owned();
        let ask = |who: &Principal| asking(app, who);
        let (theirs, mine) = (ask(&owner), ask(&member));
        theirs
            .call(app, RelayMethod::Complete, &target, &reference)
            .await
            .unwrap();
        mine.call(app, RelayMethod::Complete, &target, &reference)
            .await
            .unwrap_err();
    }
    assert_eq!(app.upstream_statuses(&owner).len(), 1);
    assert_eq!(app.upstream_statuses(&member).len(), 0);
    process.stop().await;
}

#[tokio::test]
async fn wider_scopes_are_named_where_they_would_help_and_nowhere_else() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let needed = |error: RpcError| error.scope.map(|scopes| scopes.to_string());
    for (scopes, expected) in [
        ("mcp:prompts", "mcp:tools mcp:prompts"),
        (
            "tools:mcp__s__drop",
            "tools:mcp__s__drop tools:mcp__s__look",
        ),
        ("", "mcp:tools"),
    ] {
        let who = someone(app, Role::Member, "key", scopes);
        let error = call(app, &who, "mcp__s__look").await.unwrap_err();
        assert!(data(&error).contains("insufficient_scope"), "{error:?}");
        assert_eq!(needed(error).as_deref(), Some(expected));
        // What policy keeps from them is not there, whatever the scopes.
        for hidden in ["app-purge", "mcp__s__none"] {
            let error = call(app, &who, hidden).await.unwrap_err();
            assert_eq!(
                (error.code, needed(error)),
                (RpcError::INVALID_PARAMS, None)
            );
        }
        // The same by plain HTTP.
        let by_http = asking(app, &who)
            .invoke(app, "app:read", json!({}), Surface::Http)
            .await;
        assert_eq!(by_http.unwrap_err().code(), "insufficient_scope");
        let by_http = asking(app, &who)
            .invoke(app, "app:purge", json!({}), Surface::Http)
            .await;
        assert_eq!(by_http.unwrap_err().code(), "action_not_found");
    }
    process.stop().await;
}

#[tokio::test]
async fn an_error_while_policy_is_evaluated_hides_and_refuses() {
    let directory = tempfile::tempdir().unwrap();
    let (process, upstream) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    app.set_policies(policies(
        "forbid (principal, action == Action::\"call\", resource in Server::\"s\")
         when { 9223372036854775807 + 1 == 0 };",
    ));
    let who = someone(app, Role::Owner, "key", "mcp");
    let seen = names(app, &who, List::Tools);
    assert_eq!(seen, ["app-purge", "app-read"].map(str::to_owned).into());
    call(app, &who, "mcp__s__look").await.unwrap_err();
    assert_eq!(upstream.last(), "");
    process.stop().await;
}
