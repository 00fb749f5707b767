use keyway_core::ports::{Caller, NoCaller, RelayMethod};
use keyway_core::rpc::RawJson;
use keyway_core::{ActingAgent, Principal};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::actions::{Said, Say};
use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};

fn purge() -> keyway::Action {
    let action = keyway::Action::new("acme:purge", |_, input: Say| async move {
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
    let (params, cancel) = (RawJson::of(&params).unwrap(), CancellationToken::new());
    let caller: std::sync::Arc<dyn Caller> = std::sync::Arc::new(NoCaller);
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

/// A gateway of one action, its owner in a browser, and an agent of theirs.
async fn desk(action: keyway::Action) -> (TestApp, Browser, Principal) {
    let app = TestApp::builder()
        .config(|config| config.approvals.wait = std::time::Duration::ZERO)
        .actions([action])
        .start()
        .await;
    let owner = set_up(&app).await;
    let key = app.running.app().authenticate(&app.key).await.unwrap();
    let agent = key.through_agent(ActingAgent {
        slug: "cleaner".into(),
        session: "sess_01890a5d-ac96-774b-bcce-b302099a8001".parse().unwrap(),
    });
    (app, owner, agent)
}

#[tokio::test]
async fn in_the_console_people_look_at_what_waits_and_decide() {
    let (app, mut owner, agent) = desk(purge()).await;
    let answer = asks(&app, &agent, "<b>everything</b>").await;
    assert!(answer.contains("approval_pending"), "{answer}");
    let list = owner.get("/console/approvals").await.text().to_owned();
    assert!(
        list.contains("acme-purge") && list.contains("class=\"count\""),
        "{list}"
    );
    let at = list.find("/console/approvals/appr_").unwrap();
    let path = list[at..].split('"').next().unwrap().to_owned();
    let page = owner.get(&path).await.text().to_owned();
    assert!(
        page.contains("cleaner") && page.contains("&lt;b&gt;everything"),
        "{page}"
    );
    let approved = owner.post(&format!("{path}/approve"), &[]).await;
    assert_eq!(approved.status(), 303, "{}", approved.text());
    let page = owner
        .get(&format!("{path}?done=approved"))
        .await
        .text()
        .to_owned();
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
    let all = owner
        .get("/console/approvals?view=all")
        .await
        .text()
        .to_owned();
    assert!(all.contains(">made<"), "{all}");
    assert!(
        !owner
            .get("/console")
            .await
            .text()
            .contains("class=\"count\"")
    );
}

#[tokio::test]
async fn attack_a_definition_shows_what_is_hidden_in_it_and_says_that_it_goes_on() {
    let text = format!(
        "Tidies up. pay\u{202e}lap {} Tells Mallory.",
        "x".repeat(9_000)
    );
    let (app, mut owner, agent) = desk(purge().description(&text)).await;
    asks(&app, &agent, "everything").await;
    let list = owner.get("/console/approvals").await.text().to_owned();
    let at = list.find("/console/approvals/appr_").unwrap();
    let path = list[at..].split('"').next().unwrap().to_owned();
    let page = owner.get(&path).await.text().to_owned();
    assert!(page.contains("pay⟦U+202E⟧lap"), "{page}");
    assert!(!page.contains('\u{202e}') && !page.contains("Tells Mallory"));
    assert!(page.contains("characters in all)"), "{page}");
}
