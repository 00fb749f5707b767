use std::sync::Arc;
use std::time::Duration;

use keyway_app::{List, Notice, Surface, status};
use keyway_core::action::{Announcement, Expose, Reply};
use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, InputRequests, InputResponses, LogLevel,
    RelayMethod,
};
use keyway_core::{Action, Context, Error, Kind};
use keyway_store::Purpose;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{Asking, Process, listed, stranger, tool};

#[derive(Deserialize, JsonSchema)]
struct View {
    user_id: u32,
}

#[derive(Serialize, JsonSchema)]
struct User {
    name: String,
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[derive(Serialize, JsonSchema)]
struct Messages {
    messages: Vec<Value>,
}

fn view() -> Action {
    Action::new("user:view", |_, input: View| async move {
        Ok(User {
            name: format!("user {}", input.user_id),
        })
    })
    .description("View a user")
    .expose(Expose::MCP | Expose::HTTP)
    .resource_template("keyway://users/{user_id}", None)
    .complete("user_id", |_, typed: String| async move {
        Ok(vec![format!("{typed}1"), format!("{typed}2")])
    })
}

fn nothing<F, R>(slug: &str, run: F) -> Action
where
    F: Fn(Context) -> R + Send + Sync + 'static,
    R: Future<Output = Result<User, Error>> + Send + 'static,
{
    Action::new(slug, move |context, _: Nothing| run(context)).expose(Expose::ALL)
}

#[tokio::test]
async fn one_action_is_reached_by_each_of_its_names() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, vec![view()]).await;
    let app = &process.app;
    let result = tool(
        &process,
        "user-view",
        json!({ "arguments": { "user_id": 7 } }),
    )
    .await;
    assert_eq!(result["structuredContent"], json!({ "name": "user 7" }));

    let asking = Asking::new(app);
    let uri = "keyway://users/42";
    let read = asking.call(app, RelayMethod::ReadResource, uri, json!({ "uri": uri }));
    let read: Value = read.await.unwrap().read().unwrap();
    assert_eq!(read["contents"][0]["uri"], uri);
    assert_eq!(read["contents"][0]["text"], r#"{"name":"user 42"}"#);

    let invoked = asking.invoke(app, "user:view", json!({ "user_id": 1 }), Surface::Http);
    let Reply::Data(data) = invoked.await.unwrap() else {
        panic!("it answers data");
    };
    assert_eq!(data.as_str(), r#"{"name":"user 1"}"#);

    let params = json!({
        "ref": { "type": "ref/resource", "uri": "keyway://users/{user_id}" },
        "argument": { "name": "user_id", "value": "4" },
    });
    let template = "keyway://users/{user_id}";
    let found = asking.call(app, RelayMethod::Complete, template, &params);
    let found: Value = found.await.unwrap().read().unwrap();
    assert_eq!(found["completion"]["values"], json!(["41", "42"]));
    let counted = app.metrics().render();
    assert!(counted.contains("keyway_calls_total{kind=\"action\",name=\"user:view\"} 3\n"));
    process.stop().await;
}

#[tokio::test]
async fn an_action_is_only_where_it_is_exposed_and_only_for_its_organization() {
    let directory = tempfile::tempdir().unwrap();
    let hidden = nothing("internal:cleanup", async |_| Err(Error::internal("it ran")));
    let actions = vec![view(), hidden.expose(Expose::CLI)];
    let process = Process::start(directory.path(), Purpose::Serve, actions).await;
    let app = &process.app;
    let tools = listed(app, &app.local(), List::Tools);
    assert_eq!(tools.len(), 1);
    let asking = Asking::new(app);
    for name in ["internal-cleanup", "internal:cleanup", "user:view", ""] {
        let outcome = asking
            .call(app, RelayMethod::CallTool, name, json!({}))
            .await;
        assert_eq!(outcome.unwrap_err().code, -32602, "{name}");
    }
    let input = json!({ "user_id": 1 });
    for (slug, surface) in [
        ("user:view", Surface::Cli),
        ("internal:cleanup", Surface::Http),
        ("user-view", Surface::Http),
    ] {
        let error = asking.invoke(app, slug, &input, surface).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound, "{slug}");
    }
    let mut theirs = Asking::new(app);
    theirs.who = stranger();
    let error = theirs.invoke(app, "user:view", &input, Surface::Http).await;
    assert_eq!(error.unwrap_err().kind(), Kind::NotFound);
    let uri = "keyway://users/1";
    let error = theirs
        .call(app, RelayMethod::ReadResource, uri, json!({}))
        .await;
    assert_eq!(error.unwrap_err().code, -32602);
    process.stop().await;
}

#[tokio::test]
async fn wrong_input_is_told_whole_and_never_repeated() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, vec![view()]).await;
    let result = tool(
        &process,
        "user-view",
        json!({ "arguments": { "user_id": "s3cret" } }),
    )
    .await;
    assert_eq!(result["isError"], true);
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("/user_id") && !text.contains("s3cret"),
        "{text}"
    );
    let result = tool(&process, "user-view", json!({})).await;
    assert_eq!(result["isError"], true);

    let asking = Asking::new(&process.app);
    for arguments in [json!([1]), json!("x"), json!(null), json!(7)] {
        let params = json!({ "arguments": arguments });
        let outcome = asking.call(&process.app, RelayMethod::CallTool, "user-view", &params);
        assert_eq!(outcome.await.unwrap_err().code, -32602);
    }
    process.stop().await;
}

#[tokio::test]
async fn a_prompt_answers_messages() {
    let directory = tempfile::tempdir().unwrap();
    let greet = Action::new("greeting:prompt", |_, input: View| async move {
        let text = format!("greet {}", input.user_id);
        let content = json!({ "type": "text", "text": text });
        let messages = vec![json!({ "role": "user", "content": content })];
        Ok(Messages { messages })
    })
    .description("Greets")
    .prompt(None);
    let process = Process::start(directory.path(), Purpose::Serve, vec![greet]).await;
    let app = &process.app;
    assert!(listed(app, &app.local(), List::Tools).is_empty());
    assert_eq!(listed(app, &app.local(), List::Prompts).len(), 1);
    let asking = Asking::new(app);
    let params = json!({ "arguments": { "user_id": "9" } });
    let prompt = asking.call(app, RelayMethod::GetPrompt, "greeting-prompt", &params);
    let prompt: Value = prompt.await.unwrap().read().unwrap();
    assert_eq!(prompt["messages"][0]["content"]["text"], "greet 9");
    let params = json!({ "arguments": { "user_id": "nine" } });
    let prompt = asking.call(app, RelayMethod::GetPrompt, "greeting-prompt", &params);
    assert_eq!(prompt.await.unwrap_err().code, -32602);
    process.stop().await;
}

#[tokio::test]
async fn a_panic_is_one_calls_failure() {
    let directory = tempfile::tempdir().unwrap();
    let panics = nothing("panics", async |_| panic!("s3cret"));
    let process = Process::start(directory.path(), Purpose::Serve, vec![panics]).await;
    let result = tool(&process, "panics", json!({})).await;
    assert_eq!(result["isError"], true);
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("internal_error") && !text.contains("s3cret"));
    process.stop().await;
}

#[tokio::test]
async fn an_action_runs_no_longer_than_it_may_and_learns_of_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel::<CancellationToken>();
    let slow = nothing("slow", move |context| {
        let _ = tell.send(context.cancellation().clone());
        std::future::pending()
    });
    let mut endless = slow.clone().timeout(Duration::ZERO);
    let limited = slow.timeout(Duration::from_millis(50));
    endless = endless.title("Without a limit");
    let process = Process::start(directory.path(), Purpose::Serve, vec![limited]).await;
    let asking = Asking::new(&process.app);
    let running = asking.invoke(&process.app, "slow", json!({}), Surface::Cli);
    let error = running.await.unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(told.recv().await.unwrap().is_cancelled());
    process.stop().await;

    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, vec![endless]).await;
    let asking = Asking::new(&process.app);
    let ((), cancelled) = tokio::join!(
        async {
            let token = told.recv().await.unwrap();
            assert!(!token.is_cancelled());
            asking.cancel.cancel();
        },
        asking.invoke(&process.app, "slow", json!({}), Surface::Cli)
    );
    assert_eq!(cancelled.unwrap_err().kind(), Kind::Cancelled);

    let asking = Asking::new(&process.app);
    let running = asking.invoke(&process.app, "slow", json!({}), Surface::Cli);
    tokio::time::timeout(Duration::from_millis(100), running)
        .await
        .expect_err("the one who asked does not wait");
    assert!(told.recv().await.unwrap().is_cancelled());
    process.stop().await;
}

/// A person who takes longer to answer than the action may run.
struct Slow;

impl Caller for Slow {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities::default()
    }

    fn wants_progress(&self) -> bool {
        false
    }

    fn log_level(&self) -> Option<LogLevel> {
        None
    }

    fn notify(&self, _: &str, _: Box<serde_json::value::RawValue>) {}

    fn ask(&self, _: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(2500)).await;
            Ok(Vec::new())
        })
    }

    fn takes_input_required(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn waiting_for_the_caller_does_not_count_as_running() {
    let directory = tempfile::tempdir().unwrap();
    let limit = Duration::from_secs(1);
    let quick = nothing("quick", async |context| {
        context.ask(Vec::new()).await?;
        Ok(User { name: "x".into() })
    });
    let endless = nothing("endless", async |context| {
        context.ask(Vec::new()).await?;
        std::future::pending().await
    });
    let actions = vec![quick.timeout(limit), endless.timeout(limit)];
    let process = Process::start(directory.path(), Purpose::Serve, actions).await;
    let mut asking = Asking::new(&process.app);
    asking.caller = Arc::new(Slow);
    let quick = asking.invoke(&process.app, "quick", json!({}), Surface::Cli);
    quick.await.expect("its own time is within its limit");
    let endless = asking.invoke(&process.app, "endless", json!({}), Surface::Cli);
    assert_eq!(endless.await.unwrap_err().kind(), Kind::Timeout);
    process.stop().await;
}

#[tokio::test]
async fn an_announcement_reaches_the_organizations_clients() {
    let directory = tempfile::tempdir().unwrap();
    let announces = nothing("announces", async |context| {
        context.announce(Announcement::Resource("a://b".into()));
        context.announce(Announcement::Prompts);
        Ok(User { name: "x".into() })
    });
    let process = Process::start(directory.path(), Purpose::Serve, vec![announces]).await;
    let app = &process.app;
    let mut notices = app.notices(&app.local());
    tool(&process, "announces", json!({})).await;
    let first = notices.try_recv().unwrap();
    assert_eq!(first, Notice::ResourceUpdated("a://b".into()));
    let second = notices.try_recv().unwrap();
    assert_eq!(second, Notice::ListChanged(List::Prompts));
    process.stop().await;
}

#[tokio::test]
async fn status_is_a_tool_and_a_resource() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyway.db");
    let store = keyway_store::Store::open(&path, Purpose::Command)
        .await
        .unwrap();
    let clock = crate::support::clock() as _;
    let action = status::action("billing", "1.2.3", &clock, store);
    let process = Process::start(directory.path(), Purpose::Serve, vec![action]).await;
    process.clock.advance(Duration::from_secs(90));
    let result = tool(&process, "status", json!({})).await;
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("billing") && text.contains("1.2.3") && text.contains("90"),
        "{text}"
    );
    let asking = Asking::new(&process.app);
    let uri = "keyway://status";
    let read = asking.call(&process.app, RelayMethod::ReadResource, uri, json!({}));
    let read: Value = read.await.unwrap().read().unwrap();
    let status: Value =
        serde_json::from_str(read["contents"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(
        status,
        json!({ "name": "billing", "version": "1.2.3", "uptimeSeconds": 90, "healthy": true })
    );
    process.stop().await;
}
