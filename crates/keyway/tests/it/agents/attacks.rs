//! Who wants more of an agent than they have.

use keyway::{Action, Expose, McpServer};
use keyway_app::KeyRequest;
use keyway_core::Role;
use keyway_testkit::models::{Call, ModelServer, Trouble, Turn};
use keyway_testkit::peers::{Era, KeyedPeer, Script as Peer};
use serde_json::{Value, json};

use super::world::{Lab, agent, call, configured, search, section};
use crate::support::actions::{Acme, Nothing, Said};
use crate::support::app::TestApp;
use crate::support::mcp::dress;
use crate::support::wait::soon;

/// `acme:which`: the key it was leased.
fn which() -> Action {
    Action::with_credentials("acme:which", |_, _: Nothing, acme: Acme| async move {
        let text = acme.api_key.expose().clone();
        Ok(Said { text })
    })
    .read_only()
    .expose(Expose::NONE)
}

async fn connect(app: &TestApp, name: &str, key: &str) {
    let body = json!({
        "key": "acme", "scope": "organization", "name": name, "fields": { "apiKey": key }
    });
    let ask = app.post("/v1/credentials");
    let made = ask.json(&body).send().await;
    assert!(matches!(made.status(), 200 | 201), "{}", made.text());
}

#[tokio::test]
async fn attack_an_agent_that_is_asked_by_another_uses_of_its_budget() {
    let more = || call("acme-search", json!({ "text": "more" })).costing(10, 10);
    let ask = || call("agent__endless", json!({ "message": "go on" })).costing(10, 10);
    let turns = vec![ask(), more(), more(), more(), ask()];
    let agents = vec![
        agent("frugal").tokens(50).tool("agent:endless"),
        agent("endless").tool(search()),
    ];
    let lab = Lab::new(agents, turns).await;
    let answer = lab.prompt("frugal", "go").await;
    assert_eq!(answer["status"], "budget", "{answer}");
    assert_eq!(answer["error"]["code"], "agent_budget_spent");
    assert_eq!(lab.model.asked().len(), 3, "and not once more");
    let sessions = lab.get(&lab.app.key, "/v1/sessions").await.json();
    let ends = sessions["sessions"].as_array().unwrap().iter();
    let ends: Vec<_> = ends.map(|session| session["status"].clone()).collect();
    assert_eq!(ends, ["budget", "budget"]);
}

#[tokio::test]
async fn attack_an_action_cannot_prompt_beyond_the_budget_it_runs_in() {
    let prompt = Action::new("ask:often", |context, _: Nothing| async move {
        let mut codes = Vec::new();
        for _ in 0..5 {
            let asked = context.prompt("helper", "hi").await;
            codes.push(asked.map_or_else(|error| error.code().to_owned(), |said| said.text));
        }
        Ok(Said {
            text: codes.join(","),
        })
    });
    let hello = || Turn::text(["hello"]).costing(10, 10);
    let turns = vec![
        call("ask-often", json!({})).costing(10, 10),
        hello(),
        hello(),
        hello(),
        hello(),
    ];
    let agents = vec![agent("outer").tokens(50).tool(prompt), agent("helper")];
    let lab = Lab::new(agents, turns).await;
    let answer = lab.prompt("outer", "go").await;
    assert_eq!(answer["status"], "budget", "{answer}");
    assert_eq!(lab.model.asked().len(), 3);
}

#[tokio::test]
async fn attack_an_output_is_not_corrected_beyond_the_budget() {
    let judge = agent("judge")
        .tokens(20)
        .output_schema(json!({ "type": "object", "required": ["fraud"] }));
    let turns = vec![
        Turn::text(["no JSON"]).costing(10, 10),
        Turn::text([r#"{"fraud":1}"#]),
    ];
    let lab = Lab::new(vec![judge], turns).await;
    let answer = lab.prompt("judge", "go").await;
    assert_eq!(answer["status"], "budget", "{answer}");
    assert_eq!(lab.model.asked().len(), 1);
}

#[tokio::test]
async fn attack_a_model_that_calls_thousands_of_tools_at_once_calls_none() {
    let calls =
        (0..2_000).map(|number| Call::new("acme-search", json!({ "text": number.to_string() })));
    let lab = Lab::new(
        vec![agent("wild").tool(search())],
        vec![Turn::calls(calls), Turn::text(["never"])],
    )
    .await;
    let answer = lab.prompt("wild", "go").await;
    assert_eq!(answer["status"], "failed", "{answer}");
    assert_eq!(answer["error"]["code"], "model_request_rejected");
    let path = format!(
        "/v1/sessions/{}/events",
        answer["sessionId"].as_str().unwrap()
    );
    let events = lab.get(&lab.app.key, &path).await.text().to_owned();
    assert!(!events.contains("tool_started"), "{events}");
}

#[tokio::test]
async fn attack_who_is_shut_out_while_an_agent_answers_has_nothing_more_done() {
    let turns = vec![Turn::text(["never", "ends"]).with(Trouble::HangAfter(1))];
    let lab = Lab::new(vec![agent("slow").tool(search())], turns).await;
    let (app, local) = (lab.app.running.app(), lab.app.running.app().local());
    let people = app.people();
    let bot = people.create_service_account(&local, "bot", Role::Member);
    let bot = bot.await.unwrap().id;
    let request = KeyRequest {
        name: "of a bot".into(),
        scopes: Some("mcp".parse().unwrap()),
        service_account: Some(bot.clone()),
        ..KeyRequest::default()
    };
    let issued = app.api_keys().issue(&local, request).await.unwrap();
    let body = json!({ "message": "go" });
    let waiting = lab.post(issued.secret.expose(), "slow", &body);
    let disabling = async {
        lab.model.wait_asked(1).await;
        people.disable_service_account(&local, &bot).await.unwrap();
    };
    let both = Box::pin(async { tokio::join!(waiting, disabling) });
    let (answer, ()) = soon("the turn to end", both).await;
    assert_eq!(answer.json()["status"], "interrupted", "{}", answer.text());
}

#[tokio::test]
async fn attack_what_was_chosen_holds_for_all_that_runs_because_of_it() {
    let through = Action::new("through", |context, _: Nothing| async move {
        context.call::<Value>("acme:which", json!({})).await
    })
    .expose(Expose::HTTP);
    let turns = vec![
        call("acme-which", json!({})),
        Turn::text(["sandbox"]),
        Turn::text(["refused"]),
    ];
    let lab = Lab::with(
        vec![agent("careful").tool("acme:which")],
        vec![which(), through],
        turns,
    )
    .await;
    connect(&lab.app, "live", "key-of-live").await;
    connect(&lab.app, "sandbox", "key-of-sandbox").await;
    let post = async |path: &str, chosen: &str, body: &Value| {
        let ask = lab.app.ask(http::Method::POST, path).bearer(&lab.app.key);
        let ask = ask.header("keyway-credential", chosen);
        ask.json(body).send().await
    };
    let body = json!({ "message": "go" });
    let path = "/v1/agents/careful/prompt";
    let answer = post(path, "acme=sandbox", &body).await;
    assert_eq!(answer.json()["text"], "sandbox", "{}", answer.text());
    assert!(lab.told(1).contains("key-of-sandbox"), "{}", lab.told(1));
    let unreadable = post(path, "acme", &body).await;
    assert_eq!(
        unreadable.json()["code"],
        "bad_header",
        "{}",
        unreadable.text()
    );

    let path = "/v1/actions/through";
    let called = post(path, "acme=sandbox", &json!({})).await;
    assert_eq!(called.json()["text"], "key-of-sandbox", "{}", called.text());
    let absent = post(path, "acme=none", &json!({})).await;
    assert_eq!(absent.json()["code"], "credential_not_found");
}

#[tokio::test]
async fn attack_an_agent_does_not_begin_the_count_of_gateways_anew() {
    let peer = Peer {
        results: [("look".to_owned(), r#"{"content":[]}"#.to_owned())].into(),
        ..Peer::new(Era::Modern)
    };
    let peer = KeyedPeer::start([("key-of-live", peer)]).await;
    let turns = vec![
        call("mcp__internal__look", json!({})),
        Turn::text(["seen"]),
        Turn::text(["seen"]),
    ];
    let model = ModelServer::start(turns).await;
    let models = configured(&section(&model)).models;
    let server = McpServer::http("internal", peer.url()).bearer(|acme: Acme| acme.api_key);
    let app = TestApp::builder()
        .server(server)
        .agents([agent("looker").tool("mcp__internal").expose(Expose::MCP)])
        .config(|config| config.models = models)
        .start()
        .await;
    connect(&app, "live", "key-of-live").await;
    // Nobody listed before: the agent waits for its server.
    let ask = app.ask(http::Method::POST, "/mcp").bearer(&app.key);
    let params = json!({ "name": "agent__looker", "arguments": { "message": "look" } });
    let ask = dress(ask, "tools/call", params).header("keyway-hops", "2");
    let answer = ask.send().await;
    let text = answer.json()["result"]["structuredContent"]["text"].clone();
    assert_eq!(text, "seen", "{}", answer.text());
    let offered = model.asked()[0].body["tools"].to_string();
    assert!(offered.contains("mcp__internal__look"), "{offered}");
    let seen = peer.seen("key-of-live", "tools/call");
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].headers["keyway-hops"], "3");
    app.running.stop().await;
}

#[tokio::test]
async fn attack_a_narrow_key_reads_no_session_of_a_broad_one() {
    let turns = vec![
        call("acme-search", json!({ "text": "Ada" })),
        Turn::text(["Ada."]),
        Turn::text(["I have no tools."]),
    ];
    let lab = Lab::new(vec![agent("helper").tool(search())], turns).await;
    let (app, local) = (lab.app.running.app(), lab.app.running.app().local());
    let bot = app
        .people()
        .create_service_account(&local, "bot", Role::Member);
    let bot = bot.await.unwrap().id;
    let key = async |name: &str, scopes: &str| {
        let request = KeyRequest {
            name: name.into(),
            scopes: Some(scopes.parse().unwrap()),
            service_account: Some(bot.clone()),
            ..KeyRequest::default()
        };
        let issued = app.api_keys().issue(&local, request).await.unwrap();
        issued.secret.expose().clone()
    };
    let (broad, narrow) = (
        key("broad", "mcp").await,
        key("narrow", "tools:agent__helper").await,
    );
    let first = lab
        .post(&broad, "helper", &json!({ "message": "Who?" }))
        .await
        .json();
    assert_eq!(first["text"], "Ada.", "{first}");
    let session = first["sessionId"].as_str().unwrap();
    let path = format!("/v1/sessions/{session}");
    for path in [path.clone(), format!("{path}/events")] {
        assert_eq!(lab.get(&narrow, &path).await.status(), 404, "{path}");
        assert_eq!(lab.get(&broad, &path).await.status(), 200, "{path}");
    }
    let listed = lab.get(&narrow, "/v1/sessions").await.json();
    assert_eq!(listed["sessions"], json!([]));
    let body = json!({ "message": "Say it again", "sessionId": session });
    let refused = lab.post(&narrow, "helper", &body).await;
    assert_eq!(refused.json()["code"], "session_not_found");

    // One of its own is there for both.
    let own = lab
        .post(&narrow, "helper", &json!({ "message": "Who?" }))
        .await
        .json();
    assert_eq!(own["text"], "I have no tools.", "{own}");
    assert_eq!(lab.tools(2), Vec::<String>::new());
    let path = format!("/v1/sessions/{}", own["sessionId"].as_str().unwrap());
    for key in [&narrow, &broad] {
        assert_eq!(lab.get(key, &path).await.status(), 200);
    }
}
