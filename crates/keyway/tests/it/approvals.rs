//! Calls that wait for a decision, at a real gateway: over HTTP, on the command line, in the console, and
//! when the process is killed.

use http::Method;
use keyway_core::ports::{NoCaller, RelayMethod};
use keyway_core::rpc::RawJson;
use keyway_core::{ActingAgent, Principal};
use keyway_testkit::peers::{Era, HttpPeer, Script};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::actions::{Said, Say};
use crate::support::app::TestApp;
use crate::support::browser::set_up;
use crate::support::wait::until;
use crate::support::{Served, World, mcp};

const POLICY: &str =
    "@approval(\"required\") forbid (principal, action == Action::\"call\", resource);";

/// A gateway in front of a peer, where every call needs an approval and no request waits for one.
struct Lab {
    world: World,
    peer: HttpPeer,
    served: Option<Served>,
}

impl Lab {
    async fn new() -> Self {
        let peer = HttpPeer::start(Script::new(Era::Modern)).await;
        let world = World::of(&format!(
            "mcp_servers:\n  peer:\n    url: {}\npolicy: {{ file: policy.cedar }}\n\
             approvals: {{ wait: 0s }}\n",
            peer.url()
        ));
        world.write("policy.cedar", POLICY);
        let mut lab = Self {
            world,
            peer,
            served: None,
        };
        lab.start().await;
        lab
    }

    async fn start(&mut self) {
        let served = Served::start(&self.world, &["--no-auth"]);
        until("the peer's tools", || async {
            let listed = mcp::dress(served.ask(Method::POST, "/mcp"), "tools/list", json!({}));
            listed.send().await.text().contains("mcp__peer__echo")
        })
        .await;
        self.served = Some(served);
    }

    async fn kill(&mut self) {
        let served = self.served.take().unwrap();
        served.signal(Signal::KILL);
        served.ended().await;
    }

    async fn restart(&mut self) {
        self.kill().await;
        self.start().await;
    }

    fn ask(&self, tool: &str, marker: &str) -> crate::support::client::Ask {
        let params = json!({ "name": tool, "arguments": { "marker": marker } });
        let served = self.served.as_ref().unwrap();
        mcp::dress(served.ask(Method::POST, "/mcp"), "tools/call", params)
    }

    /// What a client of 2026-07-28 is answered that can open pages.
    async fn opens(&self, mut params: Value) -> Value {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": mcp::MODERN,
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": { "elicitation": { "url": {} } }
        });
        let name = params["name"].as_str().unwrap().to_owned();
        let served = self.served.as_ref().unwrap();
        let ask = served
            .ask(Method::POST, "/mcp")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", mcp::MODERN)
            .header("mcp-method", "tools/call")
            .header("mcp-name", &name);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        ask.json(&body).send().await.json()
    }

    /// The code a call is answered with; empty for one that ran.
    async fn call(&self, tool: &str, marker: &str) -> String {
        let answer = self.ask(tool, marker).send().await.json();
        let text = answer
            .pointer("/result/content/0/text")
            .and_then(Value::as_str);
        let error: Value = serde_json::from_str(text.unwrap_or_default()).unwrap_or_default();
        let code = error.get("code").or_else(|| error.pointer("/error/code"));
        code.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// How often the peer got a call with this marker.
    fn came(&self, marker: &str) -> usize {
        let seen = self.peer.seen("tools/call");
        let with = |call: &&keyway_testkit::peers::Seen| {
            call.json().to_string().contains(&format!("\"{marker}\""))
        };
        seen.iter().filter(with).count()
    }

    fn told(&self, arguments: &[&str]) -> Value {
        let arguments = [&["approvals"], arguments, &["--json"]].concat();
        self.world.run(&arguments).ok().json()
    }

    fn pending(&self) -> Vec<String> {
        let listed = self.told(&["list", "--state", "pending"]);
        let all = listed["approvals"].as_array().unwrap().iter();
        all.map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    }

    fn only_pending(&self) -> String {
        let [id] = <[String; 1]>::try_from(self.pending()).unwrap();
        id
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_parking_deciding_and_running_loses_and_doubles_nothing() {
    let mut lab = Lab::new().await;
    // Before and after the decision, which may be made while nothing is served.
    for (round, (before, served_meanwhile, after)) in [
        (true, true, false),
        (true, false, true),
        (false, true, true),
        (true, false, false),
    ]
    .into_iter()
    .enumerate()
    {
        let marker = format!("round-{round}");
        assert_eq!(
            lab.call("mcp__peer__echo", &marker).await,
            "approval_pending"
        );
        if before {
            lab.restart().await;
        }
        assert_eq!(
            lab.call("mcp__peer__echo", &marker).await,
            "approval_pending"
        );
        let id = lab.only_pending();
        if !served_meanwhile {
            lab.kill().await;
        }
        assert_eq!(lab.told(&["approve", &id])["state"], "approved");
        if !served_meanwhile {
            lab.start().await;
        }
        if after {
            lab.restart().await;
        }
        assert_eq!(lab.came(&marker), 0);
        assert_eq!(lab.call("mcp__peer__echo", &marker).await, "");
        assert_eq!(lab.came(&marker), 1);
        until("the run to have ended", || async {
            lab.told(&["show", &id])["outcome"] == "ok"
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_cut_off_by_a_kill_is_told_as_unknown_and_not_made_again() {
    let mut lab = Lab::new().await;
    assert_eq!(lab.call("mcp__peer__hang", "cut").await, "approval_pending");
    let id = lab.only_pending();
    lab.told(&["approve", &id]);
    let mut asking = tokio::task::JoinSet::new();
    let ask = lab.ask("mcp__peer__hang", "cut");
    asking.spawn(async move { ask.try_open().await.is_ok() });
    until("the call at the peer", || async { lab.came("cut") == 1 }).await;
    lab.restart().await;
    // Until the hold of who was killed has run out.
    until("the outcome to be unknown", || async {
        let shown = lab.told(&["show", &id]);
        (&shown["state"], &shown["outcome"]) == (&json!("executed"), &json!("unknown"))
            && !shown["endedAt"].is_null()
    })
    .await;
    assert_eq!(
        lab.call("mcp__peer__hang", "cut").await,
        "approval_outcome_unknown"
    );
    // Who wants it all the same asks a person again.
    assert_eq!(lab.call("mcp__peer__hang", "cut").await, "approval_pending");
    assert_eq!(lab.came("cut"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modern_client_s_request_state_outlives_the_gateway_that_gave_it() {
    let mut lab = Lab::new().await;
    let params = json!({ "name": "mcp__peer__echo", "arguments": { "marker": "state" } });
    let shown = lab.opens(params.clone()).await;
    let result = &shown["result"];
    assert_eq!(result["resultType"], "input_required", "{shown}");
    let id = lab.only_pending();
    let key = format!("approval-{id}");
    let question = &result["inputRequests"][&key]["params"];
    let url = question["url"].as_str().unwrap();
    assert!(url.ends_with(&format!("/console/approvals/{id}")), "{url}");
    let mut retry = params.clone();
    retry["requestState"] = result["requestState"].clone();
    retry["inputResponses"] = json!({ key: { "action": "accept" } });
    lab.restart().await;
    let waits = lab.opens(retry.clone()).await;
    assert!(waits.to_string().contains("approval_pending"), "{waits}");
    lab.told(&["approve", &id]);
    lab.restart().await;
    let other = {
        let mut other = retry.clone();
        other["arguments"]["marker"] = "other".into();
        other
    };
    let ran = lab.opens(retry.clone()).await;
    assert_eq!(ran["result"]["echo"]["marker"], "state", "{ran}");
    // The peer hears nothing of how it was approved.
    let came = lab
        .peer
        .seen("tools/call")
        .pop()
        .unwrap()
        .json()
        .to_string();
    assert!(
        !came.contains("requestState") && !came.contains("appr_"),
        "{came}"
    );
    for replay in [retry, other] {
        let refused = lab.opens(replay).await.to_string();
        assert!(refused.contains("approval_spent"), "{refused}");
    }
    assert_eq!((lab.came("state"), lab.came("other")), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_wait_are_listed_shown_and_decided_about_over_http_and_on_the_command_line() {
    let lab = Lab::new().await;
    lab.call("mcp__peer__echo", "one").await;
    lab.call("mcp__peer__echo", "two").await;
    let ids = lab.pending();
    assert_eq!(ids.len(), 2);
    let served = lab.served.as_ref().unwrap();
    let get = |path: String| async move { served.ask(Method::GET, &path).send().await };
    let listed = get("/v1/approvals?state=pending&limit=1".into())
        .await
        .json();
    assert_eq!(listed["approvals"][0]["id"], ids[0]);
    assert_eq!(listed["approvals"][0]["mayDecide"], false);
    let shown = get(format!("/v1/approvals/{}", ids[0])).await.json();
    assert!(
        shown["arguments"].as_str().unwrap().contains("two"),
        "{shown}"
    );
    assert_eq!(shown["definition"]["name"], "echo");
    assert_eq!(get("/v1/approvals?state=maybe".into()).await.status(), 422);
    assert_eq!(get("/v1/approvals/appr_none".into()).await.status(), 404);
    // Nobody who asked decides over HTTP.
    let approve = format!("/v1/approvals/{}/approve", ids[0]);
    let refused = served.ask(Method::POST, &approve).send().await;
    assert_eq!(refused.status(), 403, "{}", refused.text());
    let deny = format!("/v1/approvals/{}/deny", ids[0]);
    let refused = served
        .ask(Method::POST, &deny)
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(refused.status(), 403, "{}", refused.text());

    let table = lab.world.run(&["approvals", "list"]).ok().out;
    assert!(
        table.contains("mcp__peer__echo") && table.contains("pending"),
        "{table}"
    );
    let text = lab.world.run(&["approvals", "show", &ids[0]]).ok().out;
    assert!(
        text.contains("arguments:") && text.contains("two"),
        "{text}"
    );
    let denied = lab.told(&["deny", &ids[0], "--reason", "not on a Friday"]);
    assert_eq!(
        (&denied["state"], &denied["reason"]),
        (&json!("denied"), &json!("not on a Friday"))
    );
    let late = lab.world.run(&["approvals", "approve", &ids[0]]);
    assert_eq!(late.code, 1);
    assert!(late.err.contains("denied this already"), "{}", late.err);
    let waited = lab.world.run(&["approvals", "wait", &ids[0]]);
    assert_eq!(waited.code, 1);
    let waited = lab
        .world
        .run(&["approvals", "wait", &ids[1], "--timeout", "0"]);
    assert!(
        waited.code == 1 && waited.err.contains("nobody decided"),
        "{}",
        waited.err
    );
    lab.told(&["approve", &ids[1]]);
    lab.world.run(&["approvals", "wait", &ids[1]]).ok();
    assert_eq!(lab.call("mcp__peer__echo", "one").await, "");
    assert_eq!(lab.call("mcp__peer__echo", "two").await, "approval_denied");
    assert_eq!((lab.came("one"), lab.came("two")), (1, 0));
    let metrics = get("/metrics".into()).await.text();
    assert!(
        metrics.contains("keyway_approvals_total{event=\"asked\"} 2"),
        "{metrics}"
    );
}

fn purge() -> keyway::Action {
    let action = keyway::Action::new("acme:purge", |_, input: Say| async {
        Ok(Said { text: input.text })
    });
    action
        .expose(keyway::Expose::MCP | keyway::Expose::HTTP)
        .destructive()
}

/// What an agent of somebody is answered that calls the action.
async fn asks(app: &TestApp, who: &Principal, text: &str) -> String {
    let running = app.running.app();
    let params = json!({ "name": "acme-purge", "arguments": { "text": text } });
    let (params, cancel) = (RawJson::of(&params).unwrap(), Default::default());
    let caller: std::sync::Arc<dyn keyway_core::ports::Caller> = std::sync::Arc::new(NoCaller);
    let call = keyway_app::Call {
        who,
        method: RelayMethod::CallTool,
        target: "acme-purge",
        params: &params,
        caller: &caller,
        cancel: &cancel,
        request: &running.new_request_id(),
        hops: 0,
    };
    match running.call(call).await {
        Ok(result) => result.as_str().to_owned(),
        Err(error) => error.message,
    }
}

#[tokio::test]
async fn in_the_console_people_look_at_what_waits_and_decide() {
    let app = TestApp::builder()
        .config(|config| config.approvals.wait = std::time::Duration::ZERO)
        .actions([purge()])
        .start()
        .await;
    let mut owner = set_up(&app).await;
    let key = app.running.app().authenticate(&app.key).await.unwrap();
    let agent = key.through_agent(ActingAgent {
        slug: "cleaner".into(),
        session: "sess_01890a5d-ac96-774b-bcce-b302099a8001".parse().unwrap(),
    });
    let answer = asks(&app, &agent, "<b>everything</b>").await;
    assert!(answer.contains("approval_pending"), "{answer}");
    let list = owner.get("/console/approvals").await.text();
    assert!(
        list.contains("acme-purge") && list.contains("class=\"count\""),
        "{list}"
    );
    let at = list.find("/console/approvals/appr_").unwrap();
    let path = list[at..].split('"').next().unwrap().to_owned();
    let page = owner.get(&path).await.text();
    assert!(
        page.contains("cleaner") && page.contains("&lt;b&gt;everything"),
        "{page}"
    );
    let approved = owner.post(&format!("{path}/approve"), &[]).await;
    assert_eq!(approved.status(), 303, "{}", approved.text());
    let page = owner.get(&format!("{path}?done=approved")).await.text();
    assert!(page.contains("Approved. The call runs once."), "{page}");
    // Who comes second is told who was first.
    let second = owner
        .post(&format!("{path}/deny"), &[("reason", "late")])
        .await;
    assert_eq!(second.status(), 409);
    assert!(
        second.text().contains("approved this already"),
        "{}",
        second.text()
    );
    let answer = asks(&app, &agent, "<b>everything</b>").await;
    assert!(
        answer.contains("everything") && !answer.contains("approval_"),
        "{answer}"
    );
    let all = owner.get("/console/approvals?view=all").await.text();
    assert!(all.contains(">made<"), "{all}");
    assert!(
        !owner
            .get("/console")
            .await
            .text()
            .contains("class=\"count\"")
    );
}
