use keyway_app::limits::{Rate, RateLimits};
use keyway_app::policy::Tags;
use keyway_app::{List, Settings};
use keyway_core::{Principal, Role};

use super::world::*;
#[tokio::test]
async fn calls_over_a_limit_are_told_when_to_try_again() {
    let directory = tempfile::tempdir().unwrap();
    let settings = Settings {
        rate_limits: RateLimits {
            principal: Rate::a_minute(6),
            tool: Rate::a_minute(2),
            ..RateLimits::default()
        },
        ..Settings::default()
    };
    let (process, upstream) = process(directory.path(), settings).await;
    let app = &process.app;
    let who = someone(app, Role::Member, "key", "mcp");
    for _ in 0..2 {
        call(app, &who, "mcp__s__look").await.unwrap();
    }
    let told = call(app, &who, "mcp__s__look").await.unwrap();
    assert!(
        told.contains("\"isError\":true") && told.contains("retryAfterMs"),
        "{told}"
    );
    assert!(told.contains("`tool`"), "{told}");
    for _ in 0..3 {
        call(app, &who, "mcp__s__plain").await.unwrap();
    }
    let told = call(app, &who, "app-read").await.unwrap();
    assert!(
        told.contains("`principal`") && told.contains("isError"),
        "{told}"
    );
    let error = app.list(&who, List::Tools, None).unwrap_err();
    assert!(
        data(&error).contains("\"retryAfterMs\":10000"),
        "{}",
        data(&error)
    );
    assert_eq!(upstream.log.lock().len(), 4);
    process.clock.advance(std::time::Duration::from_mins(1));
    call(app, &who, "mcp__s__look").await.unwrap();
    process.stop().await;
}

#[tokio::test]
async fn an_explanation_names_the_policies_behind_a_decision() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    app.set_policies(policies(
        "@id(\"own\") forbid (principal, action, resource == Tool::\"mcp__s__plain\");",
    ));
    let who = someone(app, Role::Member, CLIENT, "mcp");
    let found = |tool: &str, tags| {
        let explained = app.explain(&who, tool, tags);
        let ids: Vec<_> = explained
            .policies
            .iter()
            .map(|shown| shown.id.clone())
            .collect();
        (
            explained.decision.verdict.as_str(),
            ids.join(" "),
            explained.in_scope,
        )
    };
    let tags = Tags::default();
    assert_eq!(found("mcp__s__plain", tags), ("deny", "own".into(), true));
    assert_eq!(
        found("mcp__s__drop", tags),
        ("needs_approval", "keyway.destructive".into(), true)
    );
    assert_eq!(
        found("app:read", tags),
        ("allow", "keyway.members".into(), true)
    );
    assert_eq!(found("app:purge", tags), ("deny", String::new(), true));
    let destructive = Tags {
        destructive: true,
        ..tags
    };
    let unknown = found("mcp__other__wipe", destructive);
    assert_eq!(
        unknown,
        ("needs_approval", "keyway.destructive".into(), true)
    );
    process.stop().await;
}

#[tokio::test]
async fn whom_policy_forbids_to_administer_loses_the_scope_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let admin = someone(app, Role::Admin, CLIENT, "mcp admin");
    let scopes = |who: &Principal| app.governed(who.clone()).scopes().to_string();
    assert_eq!(scopes(&admin), "mcp admin");
    assert_eq!(
        scopes(&someone(app, Role::Member, "key", "mcp admin")),
        "mcp"
    );
    app.set_policies(policies(
        "forbid (principal, action == Action::\"administer\", resource)
         when { principal.access == Access::\"oauth\" };",
    ));
    assert_eq!(scopes(&admin), "mcp");
    assert_eq!(
        scopes(&someone(app, Role::Admin, "key", "mcp admin")),
        "mcp admin"
    );
    assert_eq!(scopes(&app.local()), app.local().scopes().to_string());
    process.stop().await;
}
