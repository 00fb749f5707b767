use keyway_testkit::sql;

use super::party::{CALLBACK, told, value};
use super::world::gate;

#[tokio::test]
async fn attack_redirect_tricks_end_on_a_page_and_never_at_the_address() {
    let mut gate = gate().await;
    let party = gate.party().await;
    for trick in [
        "https://app.example/callback/",
        "https://app.example/callback?x=1",
        "https://app.example/callback#x",
        "https://app.example/Callback",
        "https://app.example:443/callback",
        "https://APP.example/callback",
        "https://app.example/%63allback",
        "https://app.example/x/../callback",
        "https://app.example//callback",
        "https://app.example.evil.example/callback",
        "https://app.example@evil.example/callback",
        "https://user@app.example/callback",
        "https://evil.example/callback",
        "http://app.example/callback",
        "//app.example/callback",
        "/callback",
        "https:app.example/callback",
        "https:\\\\app.example\\callback",
        "https://app.example/callback\t",
        " https://app.example/callback",
        "https://app.example/callback\r\nSet-Cookie: a=b",
        "http://127.0.0.1/callback",
        "http://localhost/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "com.example.app:/callback",
        "",
    ] {
        let url = party.url_with(&[("redirect_uri", Some(trick))]);
        let answer = gate.owner.get(&url).await;
        assert_eq!(answer.status(), 400, "{trick}");
        assert!(!answer.has("location"), "{trick}");
        assert!(
            answer.header("content-type").starts_with("text/html"),
            "{trick}"
        );
        assert!(
            !answer.text().contains("evil"),
            "nothing is repeated: {trick}"
        );
    }
    let twice = format!("{}&redirect_uri=https%3A%2F%2Fevil.example", party.url());
    assert_eq!(gate.owner.get(&twice).await.status(), 400);
}

#[tokio::test]
async fn an_unknown_client_is_told_to_the_person_and_nobody_else() {
    let mut gate = gate().await;
    let party = gate.party().await;
    for id in [
        "client_0190-unknown",
        "",
        "https://127.0.0.1/client.json",
        "\u{1}",
    ] {
        let answer = gate
            .owner
            .get(&party.url_with(&[("client_id", Some(id))]))
            .await;
        assert_eq!(answer.status(), 400, "{id}");
        assert!(!answer.has("location"));
    }
}

#[tokio::test]
async fn attack_mix_up_every_answer_says_who_gives_it() {
    let mut gate = gate().await;
    let issuer = gate.issuer();
    let party = gate.party().await;
    for (changes, expected) in [
        (
            &[("response_type", Some("token"))][..],
            "unsupported_response_type",
        ),
        (&[("response_type", None)], "invalid_request"),
        (&[("scope", Some("mcp files:read"))], "invalid_scope"),
        (
            &[("resource", Some("https://elsewhere.example/mcp"))],
            "invalid_target",
        ),
        (&[("request", Some("x"))], "request_not_supported"),
        (&[("prompt", Some("none"))], "consent_required"),
    ] {
        let answer = gate.owner.get(&party.url_with(changes)).await;
        assert!(answer.header("location").starts_with(CALLBACK));
        let told = told(&answer);
        assert_eq!(value(&told, "error"), expected, "{changes:?}");
        assert_eq!(value(&told, "iss"), issuer);
        assert_eq!(value(&told, "state"), "a state");
    }
    let code = gate.consent(&party.url()).await;
    assert_eq!(value(&told(&code), "iss"), issuer);
}

#[tokio::test]
async fn prompt_none_without_a_session_is_told_to_the_client() {
    let gate = gate().await;
    let party = gate.party().await;
    let mut stranger = super::browser::Browser::new(gate.app.address());
    let answer = stranger
        .get(&party.url_with(&[("prompt", Some("none"))]))
        .await;
    assert_eq!(value(&told(&answer), "error"), "login_required");
}

#[tokio::test]
async fn attack_asking_for_a_new_sign_in_signs_nobody_out() {
    let mut gate = gate().await;
    let session = gate.owner.cookies["keyway_session"].clone();
    let page = gate.owner.get("/sign-in?next=%2Faccount&again=1").await;
    assert_eq!(page.status(), 200, "{}", page.text());
    assert_eq!(gate.owner.cookies["keyway_session"], session);
    assert_eq!(gate.owner.get("/console").await.status(), 200);
    let fields = [
        ("mode", "signin"),
        ("email", super::world::EMAIL),
        ("password", super::world::PASSWORD),
    ];
    let done = gate.owner.submit(&page, &fields).await;
    assert_eq!(done.header("location"), "/account", "{}", done.text());
    assert_ne!(gate.owner.cookies["keyway_session"], session);
}

#[tokio::test]
async fn a_client_that_wants_a_new_sign_in_gets_one_unless_somebody_just_signed_in() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let url = party.url_with(&[("prompt", Some("login"))]);
    let page = gate.owner.get(&url).await;
    assert_eq!(page.status(), 200, "somebody just signed in");

    // Six minutes pass for the web session.
    let file = gate.app.data_dir().join("keyway.db");
    let age = "UPDATE web_sessions SET created_at = created_at - 360000";
    sql::run(&file, age).await;
    let session = gate.owner.cookies["keyway_session"].clone();
    let led = gate.owner.get(&url).await;
    assert_eq!(led.status(), 303, "{}", led.text());
    assert!(
        led.header("location")
            .starts_with("/sign-in?next=%2Foauth%2Fauthorize%3F"),
        "{}",
        led.header("location")
    );
    assert!(led.header("location").ends_with("&again=1"));
    let to = led.header("location").to_owned();
    let form = gate.owner.get(&to).await;
    assert_eq!(form.status(), 200, "{}", form.text());
    assert_eq!(gate.owner.cookies["keyway_session"], session);
    // Without that wish the old web session is good enough.
    assert_eq!(gate.owner.get(&party.url()).await.status(), 200);

    let fields = [
        ("mode", "signin"),
        ("email", super::world::EMAIL),
        ("password", super::world::PASSWORD),
    ];
    let done = gate.owner.submit(&form, &fields).await;
    let page = gate.owner.follow(done).await;
    assert_eq!(page.status(), 200, "{}", page.text());
    let allowed = gate.owner.submit(&page, &[("decision", "allow")]).await;
    let code = value(&told(&allowed), "code").to_owned();
    party.redeem(&code).await;
}
