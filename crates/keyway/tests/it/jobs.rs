use std::ffi::OsString;
use std::sync::Arc;

use http::Method;
use keyway::config::Config;
use keyway::serve::Setup;
use keyway::{Action, Expose, Gateway};
use keyway_core::Kind;
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::actions::{Said, Say, say_back};
use crate::support::app::TestApp;
use crate::support::wait::until;

/// An action for the background, and what it was told.
fn note(slug: &str) -> (Action, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let action = Action::new(slug, move |_, input: Say| {
        tell.lock().push(input.text);
        async {
            Ok(Said {
                text: String::new(),
            })
        }
    });
    (
        action.expose(Expose::HTTP | Expose::CLI | Expose::TASK),
        told,
    )
}

async fn state(app: &TestApp, path: &str) -> Value {
    app.get(path).send().await.json()["state"].clone()
}

#[tokio::test]
async fn an_action_is_queued_over_http_and_the_answer_is_the_job() {
    let (action, told) = note("note:keep");
    let app = TestApp::with([action]).await;
    let post = |path: &str| app.post(path).json(&json!({ "text": "later" }));
    let queued = post("/v1/actions/note:keep?background")
        .header("idempotency-key", "k1")
        .send()
        .await;
    assert_eq!(queued.status(), 202, "{}", queued.text());
    let job = queued.json();
    let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(queued.header("location"), path);
    assert_eq!(job["action"], "note:keep");
    until("the job to be done", || async {
        state(&app, &path).await == "done"
    })
    .await;
    assert_eq!(*told.lock(), ["later"]);
    let again = post("/v1/actions/note:keep?background=true")
        .header("idempotency-key", "k1")
        .send()
        .await;
    assert_eq!(again.json()["id"], job["id"]);
    let waited = post("/v1/actions/note:keep?background=false").send().await;
    assert_eq!((waited.status(), told.lock().len()), (200, 2));

    let listed = app.get("/v1/jobs?state=done&limit=1").send().await.json();
    assert_eq!(listed["jobs"][0]["id"], job["id"]);
    let ended = app.post(&format!("{path}/cancel")).send().await;
    assert_eq!(
        (ended.status(), ended.json()["code"].clone()),
        (409, json!("job_state"))
    );
    let retried = app.post(&format!("{path}/retry")).send().await;
    assert_eq!(retried.status(), 409, "what is done is not done again");
}

#[tokio::test]
async fn what_cannot_be_queued_is_refused_at_once() {
    let (action, told) = note("note:keep");
    let app = TestApp::with([action, say_back()]).await;
    let input = json!({ "text": "s3cret" });
    for (path, body, status, code) in [
        ("/v1/actions/say:back?background", &input, 409, "not_a_task"),
        (
            "/v1/actions/none?background",
            &input,
            404,
            "action_not_found",
        ),
        (
            "/v1/actions/note:keep?background",
            &json!({ "text": 7 }),
            422,
            "invalid_input",
        ),
        (
            "/v1/actions/note:keep?background=s3cret",
            &input,
            422,
            "invalid_input",
        ),
    ] {
        let answer = app.post(path).json(body).send().await;
        assert_eq!(answer.status(), status, "{path}: {}", answer.text());
        assert_eq!(answer.json()["code"], code, "{path}");
        assert!(!answer.text().contains("s3cret"), "{path}");
    }
    assert_eq!(*told.lock(), [""; 0]);
    for path in [
        "/v1/jobs/job_01890a5d-ac96-774b-bcce-b302099a8057",
        "/v1/jobs/s3cret",
    ] {
        assert_eq!(app.get(path).send().await.status(), 404, "{path}");
    }
    assert_eq!(app.ask(Method::GET, "/v1/jobs").send().await.status(), 401);
    let bad = app.get("/v1/jobs?state=s3cret").send().await;
    assert_eq!(bad.status(), 422);
    assert!(!bad.text().contains("s3cret"));
}

#[tokio::test]
async fn a_job_that_fails_for_good_is_a_dead_letter_with_its_code() {
    let failing = crate::support::actions::failing("conflict", Kind::Conflict);
    let failing = failing.expose(Expose::HTTP | Expose::TASK);
    let app = TestApp::with([failing]).await;
    let queued = app
        .post("/v1/actions/fail:conflict?background")
        .send()
        .await;
    let path = queued.header("location").to_owned();
    until("the job to die", || async {
        state(&app, &path).await == "dead"
    })
    .await;
    let dead = app.get(&path).send().await.json();
    assert_eq!(
        (&dead["lastError"], &dead["attempts"]),
        (&json!("made_up"), &json!(1))
    );
    let retried = app.post(&format!("{path}/retry")).send().await;
    assert_eq!(retried.status(), 200);
    until("it to die again", || async {
        state(&app, &path).await == "dead"
    })
    .await;
}

#[tokio::test]
async fn the_document_describes_jobs_channels_and_the_background() {
    let (action, _) = note("note:keep");
    let app = TestApp::with([action, say_back()]).await;
    let document = app.get("/v1/openapi.json").send().await.json();
    for (path, method) in [
        ("/v1/jobs", "get"),
        ("/v1/jobs/{id}", "get"),
        ("/v1/jobs/{id}/retry", "post"),
        ("/v1/jobs/{id}/cancel", "post"),
        ("/v1/channels", "get"),
        ("/v1/channels/{name}/events", "get"),
        ("/v1/channels/{name}/ws", "get"),
    ] {
        let operation = &document["paths"][path][method];
        assert!(operation["operationId"].is_string(), "{method} {path}");
    }
    let responses =
        |slug: &str| &document["paths"][format!("/v1/actions/{slug}")]["post"]["responses"];
    assert!(responses("note:keep")["202"].is_object());
    assert!(responses("say:back")["202"].is_null());
}

#[test]
fn the_command_line_queues_for_a_gateway_that_starts_later() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (action, told) = note("note:keep");
    let gateway = Gateway::builder().action(action).build();
    let run = |words: &[&str]| {
        let all = ["keyway"].iter().chain(words).map(OsString::from);
        let dir = [OsString::from("--data-dir"), data.clone().into()];
        keyway::cli::run_with(gateway.clone(), all.chain(dir))
    };
    let queue = [
        "call",
        "--background",
        "note:keep",
        "--text",
        "from a terminal",
    ];
    assert_ne!(
        run(&queue),
        std::process::ExitCode::SUCCESS,
        "there is no gateway yet"
    );
    assert_eq!(
        run(&["api-keys", "create", "x"]),
        std::process::ExitCode::SUCCESS
    );
    assert_eq!(run(&queue), std::process::ExitCode::SUCCESS);
    assert_eq!(*told.lock(), [""; 0]);
    let mut config = Config::default();
    config.storage.data_dir = data.clone();
    config.listen.bind = ([127, 0, 0, 1], 0).into();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let running = keyway::serve::start(&gateway, Setup::new(config))
            .await
            .unwrap();
        until("the job to run", || async { told.lock().len() == 1 }).await;
        running.stop().await;
    });
    assert_eq!(*told.lock(), ["from a terminal"]);
}

#[test]
fn jobs_are_looked_at_from_the_command_line() {
    let world = World::new();
    let nothing = world.run(&["jobs", "list"]);
    assert_eq!(nothing.code, 1, "{}", nothing.told());
    world.run(&["api-keys", "create", "x"]).ok();
    let listed = world.run(&["jobs", "list", "--json"]).ok().json();
    assert_eq!(listed, json!({ "jobs": [] }));
    let queued = world.run(&["call", "--background", "status"]);
    assert_eq!(queued.code, 1);
    assert!(
        queued.err.contains("does not run in the background"),
        "{}",
        queued.err
    );
    for command in ["show", "retry", "cancel"] {
        let bad = world.run(&["jobs", command, "s3cret"]);
        assert_eq!(bad.code, 2, "{}", bad.told());
        assert!(
            bad.err.contains("job_<uuid>") && !bad.err.contains("s3cret"),
            "{}",
            bad.err
        );
        let none = world.run(&["jobs", command, "job_01890a5d-ac96-774b-bcce-b302099a8057"]);
        assert!(
            none.err.contains("there is no job with this id"),
            "{}",
            none.told()
        );
    }
    let bad = world.run(&["jobs", "list", "--state", "s3cret"]);
    assert!(
        bad.err.contains("queued, running, done, dead, cancelled"),
        "{}",
        bad.told()
    );
}
