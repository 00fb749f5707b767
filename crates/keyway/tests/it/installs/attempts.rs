use keyway_core::Role;

use super::world::{World, set_out};
use crate::support::browser::Browser;
use crate::support::people::join;

/// A text that is like a state.
const FORGED: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test]
async fn attack_a_callback_without_a_state_that_was_made_here_installs_nothing() {
    let mut world = World::start().await;
    let published = world.publish("tracker").await;
    let leave = world.set_out(&published.page).await;
    let back = world.tracker.agree(&leave, "T1");
    let (path, query) = back.split_once('?').unwrap();
    let state = query.split("state=").nth(1).unwrap();
    let code = query.split("code=").nth(1).unwrap();
    let code = code.split('&').next().unwrap();
    for forged in [
        path.to_owned(),
        format!("{path}?code={code}"),
        format!("{path}?code={code}&setup_action=install"),
        format!("{path}?code={code}&state={FORGED}"),
        format!("{path}?code={code}&state={state}&state={FORGED}"),
        format!("/install/tracker-key/callback?code={code}&state={state}"),
        format!("/install/nobody/callback?code={code}&state={state}"),
    ] {
        let refused = world.owner.get(&forged).await;
        assert_eq!(refused.status(), 400, "{forged}: {}", refused.text());
        assert!(refused.text().contains("begin anew"), "{}", refused.text());
    }
    assert_eq!(world.tracker.requests(), 0, "nobody was asked");
    assert_eq!(world.shown(&published).await["revision"], 1);
    // What is right still works, once.
    assert_eq!(world.owner.get(&back).await.status(), 200);
    let revision = world.shown(&published).await["revision"].clone();
    let replayed = world.owner.get(&back).await;
    assert_eq!(replayed.status(), 400);
    assert!(
        replayed.text().contains("used already"),
        "{}",
        replayed.text()
    );
    assert_eq!(world.shown(&published).await["revision"], revision);
    let audit = world.app.get("/v1/audit?limit=200").send().await;
    assert!(
        audit.text().contains("install_state_used"),
        "refused attempts are written down"
    );
}

#[tokio::test]
async fn attack_a_state_is_good_for_ten_minutes_in_its_own_browser_and_for_who_may_install() {
    let mut world = World::start().await;
    let published = world.publish("tracker").await;
    let leave = world.set_out(&published.page).await;
    let back = world.tracker.agree(&leave, "T1");

    let mut other = Browser::of(&world.app);
    other.sign_in("ada@example.com").await;
    let refused = other.get(&back).await;
    assert_eq!(refused.status(), 400);
    assert!(
        refused.text().contains("another browser"),
        "{}",
        refused.text()
    );

    // The very cookie, but nobody signed in, or somebody who may not.
    let cookie = world.owner.cookie("keyway_install").unwrap().to_owned();
    let mut nobody = Browser::of(&world.app);
    nobody.set("keyway_install", &cookie);
    let refused = nobody.get(&back).await;
    assert_eq!(refused.status(), 400);
    assert!(
        refused.text().contains("nobody is signed in")
            || refused.text().contains("Nobody is signed in"),
        "{}",
        refused.text()
    );
    let mut stranger = world.stranger().await;
    stranger.set("keyway_install", &cookie);
    assert_eq!(stranger.get(&back).await.status(), 400);
    let use_cases = world.app.running.app();
    join(
        use_cases,
        &use_cases.local(),
        "bob@example.com",
        Role::Member,
    )
    .await;
    let mut member = Browser::of(&world.app);
    member.sign_in("bob@example.com").await;
    member.set("keyway_install", &cookie);
    assert_eq!(member.get(&back).await.status(), 403);
    assert_eq!(member.get(&published.page).await.status(), 403);
    assert_eq!(stranger.get(&published.page).await.status(), 404);

    // None of them used it up.
    assert_eq!(world.shown(&published).await["state"], "pending");
    world.sql("UPDATE install_attempts SET expires_at = 1 + (SELECT max(created_at) FROM installations)").await;
    let late = world.owner.get(&back).await;
    assert_eq!(late.status(), 400);
    assert!(late.text().contains("10 minutes"), "{}", late.text());
    let leave = world.set_out(&published.page).await;
    let back = world.tracker.agree(&leave, "T1");
    assert_eq!(world.owner.get(&back).await.status(), 200);
}

#[tokio::test]
async fn a_browser_that_is_at_two_vendors_at_once_comes_back_from_both() {
    let mut world = World::start().await;
    let (one, two) = (
        world.publish("tracker").await,
        world.publish("tracker").await,
    );
    let (id, secret) = world.tracker.app();
    let fields = [("clientId", id), ("clientSecret", secret)];
    let first = set_out(&mut world.owner, &one.page, &fields).await;
    let second = set_out(&mut world.owner, &two.page, &fields).await;
    let back = world.tracker.agree(&first, "T1");
    assert_eq!(world.owner.get(&back).await.status(), 200);
    let back = world.tracker.agree(&second, "T2");
    assert_eq!(world.owner.get(&back).await.status(), 200);
}
