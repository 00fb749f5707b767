use keyway::{Action, Expose};
use keyway_core::Role;
use keyway_testkit::models::Turn;
use serde_json::json;

use super::world::{another, stranger};
use crate::agents::world::{Lab, agent, call, search};
use crate::support::actions::{Said, Say, waiting};
use crate::support::browser::{Browser, set_up};
use crate::support::wait::{soon, until};

const HOSTILE: &str = "<script>alert(1)</script> \u{202e}olleh";

/// Says something to the agent `helper` by its form; answers the path of the session.
async fn say(browser: &mut Browser, message: &str) -> String {
    browser.get("/console/agents/helper").await;
    let begun = browser
        .post("/console/agents/helper/prompt", &[("message", message)])
        .await;
    assert_eq!(begun.status(), 303, "{}", begun.text());
    begun.header("location").to_owned()
}

/// Waits until the page of a session says something, and answers it.
async fn shown(browser: &mut Browser, at: &str, part: &str) -> String {
    soon(part, async {
        loop {
            let page = browser.get(at).await;
            assert_eq!(page.status(), 200, "{}", page.text());
            if page.text().contains(part) {
                return page.text().to_owned();
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_session_is_begun_in_the_background_and_told_as_it_was() {
    let helper = agent("helper")
        .system_prompt("s3cret prompt")
        .tool(search());
    let turns = vec![
        call("acme-search", json!({ "text": HOSTILE })),
        Turn::text([HOSTILE]),
        Turn::text(["And again."]),
    ];
    let lab = Lab::new(vec![helper], turns).await;
    let mut owner = set_up(&lab.app).await;
    let at = say(&mut owner, "Who <b>?").await;
    let page = shown(&mut owner, &at, "The turn ended.").await;
    for part in [
        "Who &lt;b&gt;?",
        "<details id=\"event-",
        "acme-search",
        "answered",
        "found: &lt;script&gt;",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<script>alert") && !page.contains("s3cret"));
    let refused = owner
        .post(&format!("{at}/prompt"), &[("message", "")])
        .await;
    assert_eq!(refused.status(), 422, "{}", refused.text());
    assert!(refused.text().contains("f-message-error"));
    let again = owner
        .post(&format!("{at}/prompt"), &[("message", "Go on")])
        .await;
    assert_eq!(
        (again.status(), again.header("location")),
        (303, at.as_str())
    );
    shown(&mut owner, &at, "And again.").await;
    let later = owner.get(&format!("{at}?after=4")).await;
    assert!(
        !later.text().contains("Who &lt;b&gt;?</bdi></p>"),
        "{}",
        later.text()
    );
    assert!(later.text().contains("And again."));
}

#[tokio::test]
async fn sessions_are_searched_and_each_sees_their_own() {
    let turns: Vec<_> = (0..4).map(|_| Turn::text(["Yes."])).collect();
    let lab = Lab::new(vec![agent("helper")], turns).await;
    let mut owner = set_up(&lab.app).await;
    let mut member = another(&lab.app, "bob@example.com", Role::Member).await;
    let first = say(&mut owner, "Find the Zebra").await;
    shown(&mut owner, &first, "The turn ended.").await;
    let own = say(&mut member, "Count the lions").await;
    shown(&mut member, &own, "The turn ended.").await;
    let list = async |browser: &mut Browser, query: &str| {
        let page = browser.get(&format!("/console/sessions{query}")).await;
        assert_eq!(page.status(), 200);
        let has = |text: &str| page.text().contains(text);
        (has("Find the Zebra"), has("Count the lions"))
    };
    assert_eq!(list(&mut owner, "").await, (true, true));
    assert_eq!(list(&mut owner, "?q=zebra").await, (true, false));
    assert_eq!(
        list(&mut owner, "?agent=helper&status=finished").await,
        (true, true)
    );
    assert_eq!(list(&mut owner, "?status=running").await, (false, false));
    assert_eq!(list(&mut owner, "?agent=nobody").await, (false, false));
    assert_eq!(list(&mut member, "").await, (false, true));
    assert_eq!(list(&mut owner, "?q=absent").await, (false, false));
    // Who administers looks at it, and cannot speak in it.
    let page = owner.get(&own).await;
    assert!(page.text().contains("Bob") && !page.text().contains(&format!("{own}/prompt")));
    let refused = owner
        .post(&format!("{own}/prompt"), &[("message", "Hi")])
        .await;
    assert_eq!(refused.status(), 403, "{}", refused.text());
    let mut eve = stranger(&lab.app).await;
    for browser in [&mut member, &mut eve] {
        assert_eq!(browser.get(&first).await.status(), 404);
        browser.get("/console/me/sessions").await;
        for what in ["prompt", "stop", "archive", "unarchive"] {
            let at = format!("{first}/{what}");
            let refused = browser.post(&at, &[("message", "Hi")]).await;
            assert_eq!(refused.status(), 404, "{at}");
        }
    }
    assert_eq!(list(&mut eve, "").await, (false, false));
    for at in [
        "/console/sessions/nothing",
        "/console/sessions/sess_01890a5d-ac96-774b-bcce-b302099a8057",
    ] {
        assert_eq!(owner.get(at).await.status(), 404);
    }
}

#[tokio::test]
async fn a_turn_that_runs_is_seen_another_message_waits_and_both_are_stopped() {
    let (wait, begun, go) = waiting();
    let helper = agent("helper").tool(wait);
    let turns = vec![call("wait", json!({})), Turn::text(["Done."])];
    let lab = Lab::new(vec![helper], turns).await;
    let mut owner = set_up(&lab.app).await;
    let at = say(&mut owner, "Wait").await;
    soon("the tool", begun.notified()).await;
    let page = owner.get(&at).await;
    assert!(page.text().contains("running") && page.text().contains("Stop the agent"));
    let left = owner
        .post(&format!("{at}/prompt"), &[("message", "Hurry <up>")])
        .await;
    assert_eq!(left.status(), 303, "{}", left.text());
    let page = shown(&mut owner, &at, "1 message waits").await;
    assert!(page.contains("Hurry &lt;up&gt;"), "{page}");
    assert!(
        !page.contains(&format!("{at}/archive")),
        "not while it runs"
    );
    let early = owner.post(&format!("{at}/archive"), &[]).await;
    assert_eq!(
        early.header("location"),
        format!("{at}?done=session-at-work")
    );
    let stopped = owner.post(&format!("{at}/stop"), &[]).await;
    assert_eq!(
        stopped.header("location"),
        format!("{at}?done=session-stopped")
    );
    let page = shown(&mut owner, &at, "The turn was interrupted.").await;
    assert!(!page.contains("Hurry"), "{page}");
    shown(&mut owner, &at, &format!("{at}/archive")).await;
    let still = owner.post(&format!("{at}/stop"), &[]).await;
    assert_eq!(still.header("location"), format!("{at}?done=session-still"));
    let logged = async || owner_log(&lab).await;
    until("what was done", || async {
        logged().await.contains("session_interrupted")
    })
    .await;
    go.notify_one();
}

async fn owner_log(lab: &Lab) -> String {
    let log = lab
        .get(&lab.app.key, "/v1/audit?kind=session_interrupted")
        .await;
    log.text().to_owned()
}

#[tokio::test]
async fn a_session_is_archived_and_taken_out_again() {
    let turns: Vec<_> = (0..2).map(|_| Turn::text(["Yes."])).collect();
    let lab = Lab::new(vec![agent("helper")], turns).await;
    let mut owner = set_up(&lab.app).await;
    let at = say(&mut owner, "Find the Zebra").await;
    shown(&mut owner, &at, &format!("{at}/archive")).await;
    let archived = owner.post(&format!("{at}/archive"), &[]).await;
    let done = format!("{at}?done=session-archived");
    assert_eq!(archived.header("location"), done);
    let page = owner.get(&done).await.text().to_owned();
    assert!(
        page.contains("The session is archived.") && page.contains("Yes."),
        "{page}"
    );
    assert!(!page.contains(&format!("{at}/prompt")), "{page}");
    let refused = owner
        .post(&format!("{at}/prompt"), &[("message", "Hi")])
        .await;
    assert_eq!(refused.status(), 409, "{}", refused.text());
    let lists = async |owner: &mut Browser, query: &str| {
        let page = owner.get(&format!("/console/sessions{query}")).await;
        page.text().contains("Find the Zebra")
    };
    assert!(!lists(&mut owner, "").await);
    assert!(lists(&mut owner, "?archived=true").await);
    owner.get(&at).await;
    owner.post(&format!("{at}/unarchive"), &[]).await;
    assert!(lists(&mut owner, "").await);
    let page = owner.get(&at).await.text().to_owned();
    assert!(page.contains(&format!("{at}/prompt")), "{page}");
}

#[tokio::test]
async fn a_call_that_waits_for_a_decision_leads_to_where_it_is_decided() {
    let purge = Action::new("acme:purge", |_, input: Say| async move {
        Ok(Said { text: input.text })
    });
    let helper = agent("helper").tool(purge.destructive().expose(Expose::NONE));
    let turns = vec![
        call("acme-purge", json!({ "text": "it all" })),
        Turn::text(["It is gone."]),
    ];
    let lab = Lab::set(vec![helper], Vec::new(), turns, |config| {
        config.approvals.wait = std::time::Duration::from_mins(10);
    })
    .await;
    let mut owner = set_up(&lab.app).await;
    let mut bob = another(&lab.app, "bob@example.com", Role::Member).await;
    let at = say(&mut bob, "Purge").await;
    shown(&mut bob, &at, "Waiting for a decision").await;
    let page = shown(&mut owner, &at, "Look and decide").await;
    let link = page.find("/console/approvals/appr_").unwrap();
    let link = page[link..].split('"').next().unwrap().to_owned();
    owner.get(&link).await;
    let approved = owner.post(&format!("{link}/approve"), &[]).await;
    assert_eq!(approved.status(), 303, "{}", approved.text());
    let page = shown(&mut owner, &at, "It is gone.").await;
    assert!(!page.contains("Look and decide"), "{page}");
}

#[tokio::test]
async fn attack_a_form_that_is_sent_twice_leaves_one_message() {
    let turns: Vec<_> = (0..4).map(|_| Turn::text(["Yes."])).collect();
    let lab = Lab::new(vec![agent("helper")], turns).await;
    let mut owner = set_up(&lab.app).await;
    let once = |page: &str| {
        let (_, rest) = page.split_once("name=\"once\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let at = "/console/agents/helper";
    let page = owner.get(at).await.text().to_owned();
    let form = [("message", "Pay the bill"), ("once", &once(&page))];
    let first = owner.post(&format!("{at}/prompt"), &form).await;
    let second = owner.post(&format!("{at}/prompt"), &form).await;
    assert_eq!(
        (first.status(), first.header("location")),
        (second.status(), second.header("location"))
    );
    let at = first.header("location").to_owned();
    let page = shown(&mut owner, &at, "The turn ended.").await;
    let form = [("message", "And the other"), ("once", &once(&page))];
    for _ in 0..2 {
        let left = owner.post(&format!("{at}/prompt"), &form).await;
        assert_eq!(left.status(), 303, "{}", left.text());
    }
    // Another message of the same form, after going back, is another one.
    let form = [("message", "And a third"), ("once", &once(&page))];
    let left = owner.post(&format!("{at}/prompt"), &form).await;
    assert_eq!(left.status(), 303, "{}", left.text());
    lab.model.wait_asked(3).await;
    let page = shown(&mut owner, &at, "And a third").await;
    for said in ["Pay the bill", "And the other", "And a third"] {
        let whole = format!("{said}</bdi></p>");
        assert_eq!(page.matches(&whole).count(), 1, "{said}: {page}");
    }
}
