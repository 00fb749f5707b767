//! What is defined is replaced while everything goes on.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;
use std::time::Duration;

use keyway_app::definitions::{Aspect, Difference};
use keyway_app::limits::{Rate, RateLimits};
use keyway_app::{App, Definitions, List, Notice, Settings};
use keyway_core::action::{Content, Entry, Expose, Registry, segments};
use keyway_core::credential::CredentialBook;
use keyway_core::ports::RelayMethod;
use keyway_core::{Action, Kind, Role};
use keyway_store::Purpose;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::jobs::world::{Ran, World, quick, task};
use crate::policy::world::{policies, someone};
use crate::support::{Asking, Process, listed, tool, until};

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Input")]
struct ByName {
    #[expect(dead_code, reason = "only its schema counts")]
    name: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Input")]
struct ById {
    #[expect(dead_code, reason = "only its schema counts")]
    id: u32,
}

fn definitions(actions: Vec<Action>) -> Definitions {
    let registry = Registry::new(actions).unwrap();
    let book = CredentialBook::new([], registry.iter().map(Entry::action)).unwrap();
    Definitions::new(registry, book)
}

fn says(slug: &str, answer: &'static str) -> Action {
    Action::content(
        slug,
        move |_, _: Value| async move { Ok(Content::text(answer)) },
    )
    .expose(Expose::ALL)
}

fn names(app: &App) -> Vec<String> {
    let all = listed(app, &app.local(), List::Tools);
    let names = all.iter().filter_map(|tool| tool.get("name")?.as_str());
    names.map(str::to_owned).collect()
}

fn text(result: &Value) -> &str {
    let text = result.pointer("/content/0/text");
    text.and_then(Value::as_str).unwrap()
}

#[tokio::test]
async fn a_call_in_flight_ends_with_what_it_was_begun_with() {
    let directory = tempfile::tempdir().unwrap();
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
        Action::content("slow", move |_, _: Value| {
            let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
            async move {
                begun.notify_one();
                go.notified().await;
                Ok(Content::text("old"))
            }
        })
        .expose(Expose::ALL)
    };
    let actions = vec![slow, says("other", "same")];
    let process = Process::start(directory.path(), Purpose::Serve, actions).await;
    let app = process.app.clone();
    let running = TaskTracker::new().spawn(async move {
        let asking = Asking::new(&app);
        let params = json!({ "name": "slow" });
        let answer = asking.call(&app, RelayMethod::CallTool, "slow", params);
        answer.await.unwrap().read::<Value>().unwrap()
    });
    begun.notified().await;
    process.app.define(definitions(vec![says("slow", "new")]));
    let fresh = tool(&process, "slow", json!({})).await;
    assert_eq!(text(&fresh), "new");
    process.app.define(definitions(vec![says("other", "same")]));
    let gone = Asking::new(&process.app);
    let gone = gone.call(&process.app, RelayMethod::CallTool, "slow", json!({}));
    assert!(gone.await.unwrap_err().message.contains("no tool"));
    go.notify_one();
    assert_eq!(text(&running.await.unwrap()), "old");
    let counted = process.app.metrics().render();
    assert!(
        counted.contains("keyway_calls_total{kind=\"action\",name=\"slow\"} 2\n"),
        "one series for both: {counted}"
    );
    process.stop().await;
}

#[tokio::test]
async fn what_became_of_the_actions_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let before = vec![
        says("app:stays", "a"),
        says("app:goes", "a"),
        says("app:words", "a").description("one"),
        Action::new("app:input", |_, _: ByName| async { Ok(1) }).expose(Expose::ALL),
    ];
    let process = Process::start(directory.path(), Purpose::Serve, before).await;
    let difference = process.app.define(definitions(vec![
        says("app:stays", "another answer"),
        says("app:comes", "a"),
        says("app:words", "a").description("two").read_only(),
        Action::new("app:input", |_, _: ById| async { Ok(1) }).expose(Expose::ALL),
    ]));
    assert_eq!(difference.gained, ["app-comes"]);
    assert_eq!(difference.lost, ["app-goes"]);
    let changed: Vec<_> = difference
        .changed
        .iter()
        .map(|one| (one.name.as_str(), one.what.clone()))
        .collect();
    assert_eq!(
        changed,
        [
            ("app-input", vec![Aspect::InputSchema]),
            ("app-words", vec![Aspect::Description, Aspect::Annotations]),
        ]
    );
    assert_eq!(
        names(&process.app),
        ["app-comes", "app-input", "app-stays", "app-words"]
    );
    process.stop().await;
}

#[tokio::test]
async fn only_who_sees_another_list_is_to_be_told() {
    let directory = tempfile::tempdir().unwrap();
    let before = vec![says("open:one", "a"), says("closed:one", "a")];
    let process = Process::start(directory.path(), Purpose::Serve, before).await;
    let app = &process.app;
    app.set_policies(policies(
        "forbid (principal in Role::\"member\", action, resource in App::\"closed\");",
    ));
    let member = someone(app, Role::Member, "key", "mcp");
    let owner = someone(app, Role::Owner, "key", "mcp");
    let versions = || List::ALL.map(|list| (app.version(&member, list), app.version(&owner, list)));
    let mut notices = app.notices(&member);
    let [tools, rest @ ..] = versions();

    app.define(definitions(vec![
        says("open:one", "b"),
        says("closed:one", "a"),
    ]));
    assert!(notices.try_recv().is_err(), "no list is another one");
    app.define(definitions(vec![
        says("open:one", "b"),
        says("closed:two", "a"),
    ]));
    assert_eq!(
        notices.try_recv().unwrap(),
        Notice::ListChanged(List::Tools)
    );
    assert!(notices.try_recv().is_err());
    let [now, others @ ..] = versions();
    assert_eq!(now.0, tools.0, "the member sees none of it");
    assert_ne!(now.1, tools.1);
    assert_eq!(others, rest);

    app.define(definitions(vec![says("closed:two", "a")]));
    assert_ne!(app.version(&member, List::Tools), tools.0);
    process.stop().await;
}

#[tokio::test]
async fn what_is_queued_and_scheduled_follows() {
    let directory = tempfile::tempdir().unwrap();
    let (ran, kept) = (Ran::default(), Ran::default());
    let hourly = |slug: &str, ran: &Ran| {
        let ran = ran.clone();
        Action::new(slug, move |_, _: Value| {
            ran.add("ran");
            async { Ok(1) }
        })
        .schedule("0 * * * *", "UTC")
    };
    let actions = || vec![hourly("report:kept", &kept)];
    let mut before = actions();
    let send = task("mail:send", |_, _| async { Ok(String::new()) });
    before.extend([hourly("report:lost", &ran), send]);
    let world = World::idle(directory.path(), before, quick()).await;
    let queued = world.queue("mail:send", json!({ "text": "a" })).await;

    let difference = world.app().define(definitions(actions()));
    assert_eq!(difference.lost, ["mail-send", "report-lost"]);
    world.work(Duration::from_secs(20));
    let job = world.reaches(&queued, "dead").await;
    assert_eq!(job.last_error.as_deref(), Some("action_not_found"));
    // The schedules of this process are known once the first of them has begun.
    let mut passed = 0;
    until(|| {
        world.process.clock.advance(Duration::from_hours(1));
        passed += 1;
        async { !kept.all().is_empty() }
    })
    .await;
    assert_eq!(ran.all(), [""; 0], "in {passed} hours nothing of it ran");

    let comes = world.app().define(definitions(vec![
        hourly("report:kept", &kept),
        hourly("report:comes", &ran),
    ]));
    assert_eq!(comes.gained, ["report-comes"]);
    until(|| {
        world.process.clock.advance(Duration::from_hours(1));
        async { !ran.all().is_empty() }
    })
    .await;
    world.stop().await;
}

#[tokio::test]
async fn attack_a_path_that_was_read_for_one_route_is_not_the_input_of_another() {
    let directory = tempfile::tempdir().unwrap();
    let text = json!({ "type": "string" });
    let schema = json!({ "type": "object", "properties": { "id": text, "team": text } });
    let routed = |path: &str| {
        let show = Action::new("note:show", |_, input: Value| async move { Ok(input) });
        let show = show.input_schema_override(schema.clone()).read_only();
        definitions(vec![show.route(http::Method::GET, path)])
    };
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (app, local) = (&process.app, process.app.local());
    app.define(routed("/notes/{id}"));
    let path = segments("/notes/7").unwrap();
    let routing = app.route(&local, &http::Method::GET, path).unwrap();
    let input = app.routed_input(&local, &routing, &[], None).unwrap();
    assert_eq!(input.as_str(), r#"{"id":"7"}"#);
    // Replaced while the body of the request was still under way.
    app.define(routed("/notes/{team}"));
    let refused = app.routed_input(&local, &routing, &[], None).unwrap_err();
    assert_eq!(refused.kind(), Kind::NotFound);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_actions_are_replaced_while_calls_run() {
    let directory = tempfile::tempdir().unwrap();
    let many = |answer: &'static str| {
        let all = (0..5_000).map(|nth| says(&format!("app:action-{nth:04}"), answer));
        definitions(all.collect())
    };
    let settings = Settings {
        rate_limits: RateLimits {
            principal: Rate::OFF,
            client: Rate::OFF,
            ..RateLimits::default()
        },
        ..Settings::default()
    };
    let process = Process::start_with(directory.path(), Purpose::Serve, Vec::new(), settings).await;
    assert_eq!(process.app.define(many("old")).gained.len(), 5_000);
    let app = process.app.clone();
    let calling = TaskTracker::new().spawn(async move {
        let asking = Asking::new(&app);
        let mut answers: Vec<String> = Vec::new();
        while answers.last().is_none_or(|last| last != "new") && answers.len() < 100_000 {
            let params = json!({ "name": "app-action-4999" });
            let answer = asking.call(&app, RelayMethod::CallTool, "app-action-4999", params);
            let answer = answer.await.unwrap().read::<Value>().unwrap();
            answers.push(text(&answer).to_owned());
            tokio::task::yield_now().await;
        }
        answers
    });
    let difference = process.app.define(many("new"));
    assert_eq!(difference, Difference::default());
    let answers = calling.await.unwrap();
    let (last, before) = answers.split_last().unwrap();
    assert_eq!(last, "new");
    assert!(before.iter().all(|answer| answer == "old"));
    assert_eq!(names(&process.app).len(), 5_000);
    process.stop().await;
}
