use keyway_app::audit::Line;
use keyway_core::Role;
use keyway_testkit::sql;
use serde_json::json;

use super::form::plain;
use super::world::{another, stranger};
use crate::support::actions::{say_back, whoami};
use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::client::Answer;
use crate::support::wait::until;

/// Calls an action, and waits until the page says so. Answers the request's id.
async fn call(app: &TestApp, browser: &mut Browser, action: &str, tool: &str) -> String {
    let input = json!({ "text": "canary" });
    let input = if tool == "say-back" { input } else { json!({}) };
    let answer = app
        .post(&format!("/v1/actions/{action}"))
        .json(&input)
        .send()
        .await;
    let request = answer.header("x-request-id").to_owned();
    let at = format!("/console/activity?request={request}");
    until("the event", || {
        let ask = browser.ask(http::Method::GET, &at);
        async move {
            ask.send()
                .await
                .text()
                .contains("<td data-label=\"Outcome\"><span class=\"badge ")
        }
    })
    .await;
    request
}

/// The places of the events on a page, in its order.
fn seqs(page: &Answer) -> Vec<i64> {
    let links = page.text().split("href=\"/console/activity/").skip(1);
    links
        .filter_map(|link| link.split('"').next()?.parse().ok())
        .collect()
}

async fn found(browser: &mut Browser, query: &str) -> Answer {
    let page = browser.get(&format!("/console/activity?{query}")).await;
    assert_eq!(page.status(), 200, "{query}: {}", page.text());
    page
}

#[tokio::test]
async fn events_are_found_by_who_what_and_how_they_ended() {
    let app = TestApp::with([say_back(), whoami()]).await;
    let mut owner = set_up(&app).await;
    let request = call(&app, &mut owner, "say:back", "say-back").await;
    call(&app, &mut owner, "acme:whoami", "acme-whoami").await;
    for (query, has, has_not) in [
        ("tool=say-back", "say-back", "acme-whoami</bdi>"),
        ("outcome=refused", "credential_missing", "say-back</bdi>"),
        ("kind=call&outcome=ok", "say-back", "acme-whoami</bdi>"),
        (
            &*format!("request={request}"),
            "say-back",
            "acme-whoami</bdi>",
        ),
        ("kind=sign_in", "Signed in</a>", "say-back</bdi>"),
        (
            "who=ada@example.com&kind=sign_in",
            "<bdi class=\"outside\">Ada Lovelace</bdi></td>",
            "say-back</bdi>",
        ),
        (
            "since=2100-01-01T00:00",
            "Nothing like this happened.",
            "say-back</bdi>",
        ),
        (
            "server=nothing",
            "Nothing like this happened.",
            "say-back</bdi>",
        ),
        (
            "until=2000-01-01T00:00",
            "Nothing like this happened.",
            "say-back</bdi>",
        ),
    ] {
        let page = found(&mut owner, query).await;
        assert!(page.text().contains(has), "{query}: {}", page.text());
        assert!(!page.text().contains(has_not), "{query}: {}", page.text());
        assert!(!page.text().contains("canary"), "arguments are not shown");
    }
    for (query, field) in [
        ("since=canary", "f-since-error"),
        ("until=canary", "f-until-error"),
        ("who=canary@example.com", "f-who-error"),
        (
            "since=2026-01-02T00:00&until=2026-01-01T00:00",
            "f-until-error",
        ),
    ] {
        let page = owner.get(&format!("/console/activity?{query}")).await;
        assert_eq!(page.status(), 422, "{query}");
        assert!(page.text().contains(field), "{query}: {}", page.text());
    }
    let page = owner.get("/console/activity?kind=canary").await;
    assert_eq!(page.status(), 422);
}

#[tokio::test]
async fn a_call_s_whole_story_is_told_with_what_let_it_through_and_what_it_was_given() {
    let app = TestApp::with([whoami()]).await;
    let mut owner = set_up(&app).await;
    let body = json!({
        "key": "acme", "scope": "organization", "name": "production",
        "fields": { "apiKey": "canary-91c2" }
    });
    let made = app.post("/v1/credentials").json(&body).send().await;
    assert!([200, 201].contains(&made.status()), "{}", made.text());
    let request = call(&app, &mut owner, "acme:whoami", "acme-whoami").await;
    let page = found(&mut owner, &format!("request={request}")).await;
    let [seq] = seqs(&page)[..] else {
        panic!("{}", page.text())
    };
    let page = owner.get(&format!("/console/activity/{seq}")).await;
    for part in [
        "Tool called",
        "acme-whoami",
        &request,
        "allowed",
        "By these policies:",
        "acme production",
        "SHA-256 of the arguments",
        "The whole story",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert!(!page.text().contains("canary-91c2"));
    // An intent and its outcome are two events of one story.
    let set = found(&mut owner, "kind=credential_set").await;
    let [outcome] = seqs(&set)[..] else {
        panic!("{}", set.text())
    };
    let story = owner.get(&format!("/console/activity/{outcome}")).await;
    assert!(story.text().contains("Credential set"), "{}", story.text());
    assert!(
        story.text().contains("2 events belong together"),
        "{}",
        story.text()
    );
    for seq in ["0", "999999", "-1", "nothing", "9223372036854775807"] {
        let page = owner.get(&format!("/console/activity/{seq}")).await;
        assert_eq!(page.status(), 404, "{seq}");
    }
}

#[tokio::test]
async fn what_events_are_about_is_called_by_its_name_and_leads_to_its_page_while_it_is_there() {
    let app = TestApp::with([say_back()]).await;
    let mut owner = set_up(&app).await;
    let make = |path: &'static str, body: serde_json::Value| {
        let ask = app.post(path).json(&body);
        async move {
            let made = ask.send().await;
            assert_eq!(made.status(), 201, "{path}: {}", made.text());
            made.json()["id"].as_str().unwrap().to_owned()
        }
    };
    let account = json!({ "name": "nightly & sons", "role": "member" });
    let account = make("/v1/service-accounts", account).await;
    let project = make("/v1/projects", json!({ "slug": "web", "name": "Website" })).await;
    let key = make("/v1/api-keys", json!({ "name": "laptop" })).await;
    let ask = app.ask(http::Method::PATCH, "/v1/organization");
    let renamed = ask.bearer(&app.key).json(&json!({ "name": "Mills" }));
    assert_eq!(renamed.send().await.status(), 200);
    call(&app, &mut owner, "say:back", "say-back").await;
    let (account_page, project_page, key_page) = (
        format!("/console/service-accounts/{account}"),
        format!("/console/settings/projects/{project}"),
        format!("/console/api-keys/{key}"),
    );
    let kinds = [
        (
            "service_account_made",
            account_page.as_str(),
            "nightly & sons",
        ),
        ("project_changed", &project_page, "Website"),
        ("api_key_made", &key_page, "laptop"),
        ("organization_changed", "/console/settings", "Mills"),
        ("call", "/console/tools/say-back", "say-back"),
    ];
    for (kind, page, name) in kinds {
        let list = found(&mut owner, &format!("kind={kind}")).await;
        let link = format!("<a href=\"{page}\"><bdi class=\"outside\">{name}</bdi></a>");
        assert!(
            plain(list.text()).contains(&link),
            "{kind}: {}",
            list.text()
        );
        assert_eq!(owner.get(page).await.status(), 200, "{page}");
        let story = format!("/console/activity/{}", seqs(&list)[0]);
        let story = owner.get(&story).await;
        assert!(
            plain(story.text()).contains(&link),
            "{kind}: {}",
            story.text()
        );
    }
    let path = format!("/v1/service-accounts/{account}");
    let ask = app.ask(http::Method::DELETE, &path).bearer(&app.key);
    assert!(ask.send().await.status() < 300);
    let list = found(&mut owner, "kind=service_account_made").await;
    let text = plain(list.text());
    assert!(
        text.contains(&account) && !text.contains(&account_page),
        "{text}"
    );
    // An administrator elsewhere is told no name, and sees nothing of it.
    let mut eve = stranger(&app).await;
    let theirs = found(&mut eve, "kind=project_changed").await;
    assert!(!theirs.text().contains("Website"), "{}", theirs.text());
}

#[tokio::test]
async fn activity_is_for_administrators_and_of_one_organization() {
    let app = TestApp::with([say_back()]).await;
    let mut owner = set_up(&app).await;
    call(&app, &mut owner, "say:back", "say-back").await;
    let page = found(&mut owner, "tool=say-back").await;
    let seq = seqs(&page)[0];
    let mut member = another(&app, "bob@example.com", Role::Member).await;
    let mut eve = stranger(&app).await;
    let at = format!("/console/activity/{seq}");
    for path in ["/console/activity", "/console/activity/log", at.as_str()] {
        assert_eq!(member.get(path).await.status(), 404, "{path}");
    }
    let refused = member.post("/console/activity/export", &[]).await;
    assert_eq!(refused.status(), 404);
    let theirs = found(&mut eve, "tool=say-back").await;
    assert!(seqs(&theirs).is_empty());
    let page = eve.get(&at).await;
    assert!(!page.text().contains("say-back"), "{}", page.text());
    eve.get("/console/activity/log").await;
    let exported = eve.post("/console/activity/export", &[]).await;
    assert_eq!(exported.status(), 200);
    assert!(!exported.text().contains("say-back"));
}

#[tokio::test]
async fn the_log_is_exported_as_lines_that_can_be_checked() {
    let app = TestApp::with([say_back()]).await;
    let mut owner = set_up(&app).await;
    call(&app, &mut owner, "say:back", "say-back").await;
    let page = owner.get("/console/activity/log").await;
    assert!(page.text().contains("as it was written"), "{}", page.text());
    let exported = owner.post("/console/activity/export", &[]).await;
    assert_eq!(exported.status(), 200, "{}", exported.text());
    assert_eq!(
        exported.header("content-type"),
        "application/jsonl; charset=utf-8"
    );
    assert!(
        exported
            .header("content-disposition")
            .contains("audit.jsonl")
    );
    let lines: Vec<_> = exported
        .text()
        .lines()
        .map(|line| Line::parse(line).unwrap())
        .collect();
    let places: Vec<_> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Event(event) => Some(event.seq),
            Line::Checkpoint(_) => None,
        })
        .collect();
    let expected: Vec<_> = (1..=places.len())
        .map(|seq| i64::try_from(seq).unwrap())
        .collect();
    assert_eq!(places, expected);
    assert!(exported.text().contains("audit_exported") && exported.text().contains("say-back"));
    let none = owner
        .post("/console/activity/export", &[("since", "2100-01-01T00:00")])
        .await;
    assert_eq!((none.status(), none.text()), (200, ""));
    for field in ["since", "until"] {
        let refused = owner
            .post("/console/activity/export", &[(field, "canary")])
            .await;
        assert_eq!(refused.status(), 422);
        assert!(
            refused.text().contains(&format!("f-{field}-error")),
            "{}",
            refused.text()
        );
    }
}

#[tokio::test]
async fn attack_tampering_a_log_that_was_altered_says_so() {
    let app = TestApp::with([say_back()]).await;
    let mut owner = set_up(&app).await;
    call(&app, &mut owner, "say:back", "say-back").await;
    let alter = "DROP TRIGGER audit_blocks_stay; \
                 UPDATE audit_blocks SET moments = zeroblob(8) WHERE first <= 2 AND last >= 2";
    sql::run(&app.data_dir().join("keyway.db"), alter).await;
    let page = owner.get("/console/activity/log").await;
    assert_eq!(page.status(), 200);
    assert!(
        page.text().contains("The log was altered:"),
        "{}",
        page.text()
    );
    assert!(!page.text().contains("as it was written<"));
    assert_eq!(owner.get("/console/activity").await.status(), 200);
}
