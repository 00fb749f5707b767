use keyway_app::people::{MemberView, Signup};
use keyway_testkit::oidc::Lie;

use super::corp::Corp;
use crate::support::browser::PASSWORD;

#[tokio::test]
async fn attack_login_csrf_a_callback_of_another_browser_signs_nobody_in() {
    let corp = Corp::start().await;
    // The attacker goes as far as the callback, and has the victim's browser open it.
    let mut attacker = corp.browser();
    let back = corp.away(&mut attacker, "/sso/corp").await;
    let mut victim = corp.browser();
    let page = victim.get(&back).await;
    assert_eq!(page.status(), 400, "{}", page.text());
    assert!(page.text().contains("Begin again."), "{}", page.text());
    corp.nobody_came(&page, &victim).await;

    // Neither does it where the victim has a sign-in of their own under way,
    let own = corp.away(&mut victim, "/sso/corp").await;
    let page = victim.get(&back).await;
    assert_eq!(page.status(), 400, "{}", page.text());
    corp.nobody_came(&page, &victim).await;
    // nor where somebody is signed in already.
    let mut owner = corp.owner;
    let session = owner.cookie("keyway_session").unwrap().to_owned();
    assert_eq!(owner.get(&back).await.status(), 400);
    assert_eq!(owner.cookie("keyway_session"), Some(session.as_str()));

    // A state that was changed or left out is nobody's; the victim's own still is theirs.
    let (path, query) = own.split_once('?').unwrap();
    let without: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.starts_with("state="))
        .collect();
    for query in [without.join("&"), format!("state=x&{}", without.join("&"))] {
        let page = victim.get(&format!("{path}?{query}")).await;
        assert_eq!(page.status(), 400, "{query}");
        assert_eq!(victim.cookie("keyway_session"), None);
    }
    let visits = corp.provider.visits();
    assert!(!visits.contains(&"token".to_owned()), "no code went out");
    assert_eq!(victim.get(&own).await.status(), 303);
}

#[tokio::test]
async fn attack_mix_up_an_answer_for_another_provider_signs_nobody_in() {
    let corp = Corp::start().await;
    let mut browser = corp.browser();
    let back = corp.away(&mut browser, "/sso/corp").await;
    let page = browser
        .get(&back.replace("/sso/corp/", "/sso/other/"))
        .await;
    assert_eq!(page.status(), 400, "{}", page.text());
    corp.nobody_came(&page, &browser).await;
    // Nor does one that names another issuer (RFC 9207).
    corp.provider.lie(Some(Lie::MixedUp));
    let page = corp.sign_in(&mut browser).await;
    assert_eq!(page.status(), 400, "{}", page.text());
    corp.nobody_came(&page, &browser).await;
    let visits = corp.provider.visits();
    assert!(!visits.contains(&"token".to_owned()), "no code went out");
}

#[tokio::test]
async fn attack_oidc_replay_a_callback_works_once() {
    let corp = Corp::start().await;
    let mut browser = corp.browser();
    let back = corp.away(&mut browser, "/sso/corp").await;
    let sealed = browser.cookie("keyway_sso").unwrap().to_owned();
    assert_eq!(browser.get(&back).await.status(), 303);
    let mut thief = corp.browser();
    thief.set("keyway_sso", &sealed);
    let page = thief.get(&back).await;
    assert_eq!(page.status(), 403, "{}", page.text());
    assert_eq!(thief.cookie("keyway_session"), None);
}

#[tokio::test]
async fn attack_id_tokens_that_are_not_for_this_sign_in_sign_nobody_in() {
    let corp = Corp::start().await;
    for lie in [
        Lie::WrongAudience,
        Lie::WrongNonce,
        Lie::WrongIssuer,
        Lie::Expired,
        Lie::NotSigned,
        Lie::ForeignKey,
    ] {
        corp.provider.lie(Some(lie));
        let mut browser = corp.browser();
        let page = corp.sign_in(&mut browser).await;
        assert_eq!(page.status(), 502, "{lie:?}: {}", page.text());
        corp.nobody_came(&page, &browser).await;
    }
}

#[tokio::test]
async fn attack_an_unverified_address_at_a_provider_takes_over_no_account() {
    let corp = Corp::start().await;
    corp.vouch("ada@example.com", &["staff"]);
    corp.provider.lie(Some(Lie::UnverifiedEmail));
    let mut browser = corp.browser();
    assert_eq!(corp.sign_in(&mut browser).await.status(), 303);
    let account = browser.get("/account").await;
    assert!(account.text().contains("Grace Hopper"));
    assert!(!account.text().contains("ada@example.com"));
    let members = corp.members().await;
    assert_eq!(members.len(), 2, "someone of their own");
    let named = |one: &&MemberView| one.email.is_some();
    assert_eq!(members.iter().filter(named).count(), 1);
}

#[tokio::test]
async fn attack_an_account_made_with_another_s_address_gets_no_identity_of_theirs() {
    let corp = Corp::start_with(|config| config.sign_in.signup = Signup::Open).await;
    let mut squatter = corp.browser();
    squatter.get("/sign-in").await;
    let fields = [
        ("mode", "signup"),
        ("name", "Squatter"),
        ("email", "grace@example.com"),
        ("password", PASSWORD),
    ];
    let made = squatter.post("/sign-in", &fields).await;
    assert_eq!(made.status(), 303, "{}", made.text());
    let mut grace = corp.browser();
    let page = corp.sign_in(&mut grace).await;
    assert_eq!(page.status(), 409, "{}", page.text());
    assert_eq!(grace.cookie("keyway_session"), None);
    assert_eq!(corp.members().await.len(), 2, "nobody was made");
}

#[tokio::test]
async fn attack_session_fixation_a_provider_begins_another_web_session_than_the_one_that_was_brought()
 {
    let corp = Corp::start().await;
    let known = corp.owner.cookie("keyway_session").unwrap().to_owned();
    for brought in [known.as_str(), "made-up"] {
        let mut browser = corp.browser();
        browser.set("keyway_session", brought);
        browser.set("keyway_visit", "0123456789abcdef");
        let done = corp.sign_in(&mut browser).await;
        assert_eq!(done.status(), 303, "{}", done.text());
        assert_ne!(browser.cookie("keyway_session"), Some(brought));
        assert_eq!(browser.cookie("keyway_visit"), None);
        let account = browser.get("/account").await;
        assert!(account.text().contains("Grace Hopper"));
    }
    // Whoever kept what was brought has nothing: it ended, and became nobody else's.
    let account = corp.owner.ask(http::Method::GET, "/account").send().await;
    assert_eq!(account.status(), 303, "{}", account.text());
}
