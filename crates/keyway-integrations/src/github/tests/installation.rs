use super::*;

/// What an event of the installation itself changes.
fn changed(
    set: &Set,
    action: &str,
    more: &[(&str, Value)],
) -> Result<(&'static str, InstallationChange), String> {
    let mut body = json!({
        "action": action, "sender": person("ada"),
        "installation": {
            "id": 42, "app_id": 7, "account": { "login": "acme", "html_url": "https://github.com/acme" },
            "permissions": { "issues": "write" }, "updated_at": "2026-11-29T10:00:00Z", "suspended_at": null,
        },
    });
    for (name, value) in more {
        body["installation"][*name] = value.clone();
    }
    match set.parse("installation", &body) {
        WebhookOutcome::Changed {
            rule,
            change,
            dedupe_key,
        } => {
            assert!(dedupe_key.starts_with("installation:4"), "{dedupe_key}");
            Ok((rule, change))
        }
        WebhookOutcome::Ignored { rule, .. } => Err(rule),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn what_happens_to_the_installation_changes_it() {
    let set = Set::new(json!({}));
    for (action, change) in [
        ("deleted", InstallationChange::Revoked),
        ("suspend", InstallationChange::Suspended),
        ("unsuspend", InstallationChange::Resumed),
    ] {
        assert_eq!(changed(&set, action, &[]).unwrap().1, change, "{action}");
        let elsewhere = changed(&set, action, &[("id", json!(43))]);
        assert_eq!(elsewhere.unwrap_err(), "other_workspace", "{action}");
    }
    let (rule, change) = changed(&set, "new_permissions_accepted", &[]).unwrap();
    let InstallationChange::Installed(workspace) = change else {
        unreachable!("{change:?}")
    };
    assert_eq!(
        (rule, workspace.granted),
        ("permissions_accepted", vec!["issues:write".to_owned()])
    );
    assert_eq!(
        changed(&set, "renamed", &[]).unwrap_err(),
        "action_not_used"
    );
    let repositories = json!({ "action": "added", "installation": { "id": 42 } });
    assert_eq!(
        set.rule("installation_repositories", &repositories),
        "repositories_changed"
    );
}

#[test]
fn an_installation_is_taken_from_a_webhook_only_where_an_owner_was_asked() {
    let mut set = Set::new(json!({}));
    set.workspace = None;
    assert_eq!(changed(&set, "created", &[]).unwrap_err(), "not_requested");
    set.settings["requested"] = true.into();
    let (rule, change) = changed(&set, "created", &[]).unwrap();
    let InstallationChange::Installed(workspace) = change else {
        unreachable!("{change:?}")
    };
    assert_eq!(
        (rule, workspace.id.as_str(), workspace.name.as_str()),
        ("installed", "42", "acme")
    );
    assert_eq!(workspace.bot_id.as_deref(), Some("keyway[bot]"));
    assert_eq!(
        changed(&set, "created", &[("app_id", json!(8))]).unwrap_err(),
        "other_workspace"
    );
    assert_eq!(changed(&set, "deleted", &[]).unwrap_err(), "not_installed");
    set.settings["organization"] = "umbrella".into();
    assert_eq!(
        changed(&set, "created", &[]).unwrap_err(),
        "other_workspace"
    );
}

#[test]
fn an_app_that_is_installed_again_on_its_account_has_another_id_and_is_taken() {
    let set = Set::new(json!({}));
    let again = [("id", json!(49)), ("account", json!({ "login": "Acme" }))];
    let (rule, change) = changed(&set, "created", &again).unwrap();
    let InstallationChange::Installed(workspace) = change else {
        unreachable!("{change:?}")
    };
    assert_eq!((rule, workspace.id.as_str()), ("installed", "49"));
    assert!(GitHub.same_workspace(set.workspace.as_ref().unwrap(), &workspace));
    assert!(!GitHub.same_workspace(&workspace, &Workspace::new("49", "umbrella")));
    let elsewhere = [
        ("id", json!(49)),
        ("account", json!({ "login": "umbrella" })),
    ];
    assert_eq!(
        changed(&set, "created", &elsewhere).unwrap_err(),
        "other_workspace"
    );
    let other = [("id", json!(49)), ("app_id", json!(8))];
    assert_eq!(
        changed(&set, "created", &other).unwrap_err(),
        "other_workspace"
    );
}
