use keyway_core::Role;
use keyway_testkit::oidc::Lie;

use super::corp::Corp;
use crate::support::browser::PASSWORD;

#[tokio::test]
async fn oidc_signs_in_whom_a_group_makes_a_member_at_that_moment() {
    let corp = Corp::start().await;
    let mut browser = corp.browser();
    let page = browser.get("/sign-in?next=%2Faccount%3Fx%3D1").await;
    let href = "href=\"/sso/corp?next=%2Faccount%3Fx%3D1\"";
    assert!(page.text().contains(href), "{}", page.text());
    let done = corp.sign_in(&mut browser).await;
    assert_eq!(
        (done.status(), done.header("location")),
        (303, "/console"),
        "{}",
        done.text()
    );
    assert_eq!(browser.cookie("keyway_sso"), None, "it is used up");
    let account = browser.get("/account").await;
    assert!(account.text().contains("Grace Hopper"));
    let members = corp.members().await;
    let grace = members.iter().find(|one| one.name == "Grace Hopper");
    assert_eq!(grace.unwrap().role, Role::Member);

    // The claim is followed at the next sign-in; nobody is made twice.
    corp.vouch("grace@example.com", &["staff", "admins"]);
    corp.sign_in(&mut corp.browser()).await;
    let members = corp.members().await;
    assert_eq!(members.len(), 2);
    let grace = members.iter().find(|one| one.name == "Grace Hopper");
    assert_eq!(grace.unwrap().role, Role::Admin);
}

#[tokio::test]
async fn oidc_leads_on_to_where_somebody_wanted_to_go() {
    let corp = Corp::start().await;
    for (next, expected) in [
        ("%2Faccount%3Fx%3D1", "/account?x=1"),
        ("%2Fdevice", "/device"),
        ("https%3A%2F%2Fevil.example", "/console"),
        ("%2F%2Fevil.example", "/console"),
        ("%2F%5Cevil.example", "/console"),
        ("%2F%09%2Fevil.example", "/console"),
        ("javascript%3Aalert(1)", "/console"),
        ("%2Faccount&next=https%3A%2F%2Fevil.example", "/console"),
    ] {
        let mut browser = corp.browser();
        let path = format!("/sso/corp?next={next}");
        let back = corp.away(&mut browser, &path).await;
        // What comes back from outside says nothing about where to go.
        let done = browser.get(&format!("{back}&next=%2Fdevice")).await;
        assert_eq!(
            (done.status(), done.header("location")),
            (303, expected),
            "{next}"
        );
    }
}

#[tokio::test]
async fn oidc_that_is_down_is_a_page_that_says_what_to_do_and_leaves_nothing() {
    let corp = Corp::start().await;
    corp.provider.lie(Some(Lie::Down));
    let mut browser = corp.browser();
    let page = browser.get("/sso/corp").await;
    assert_eq!(page.status(), 503, "{}", page.text());
    assert!(
        page.text()
            .contains("Try again later, or sign in another way")
    );
    corp.nobody_came(&page, &browser).await;
    assert_eq!(browser.cookie("keyway_sso"), None);

    // Gone between the two halves of the trip.
    corp.provider.lie(None);
    let back = corp.away(&mut browser, "/sso/corp").await;
    corp.provider.lie(Some(Lie::Down));
    let page = browser.get(&back).await;
    assert_eq!(page.status(), 503, "{}", page.text());
    assert!(page.text().contains("Try again later"));
    corp.nobody_came(&page, &browser).await;

    // Whoever has a password is not held up, and once it is there again everybody comes in.
    let mut other = corp.browser();
    other.get("/sign-in").await;
    let fields = [
        ("mode", "signin"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    assert_eq!(other.post("/sign-in", &fields).await.status(), 303);
    corp.provider.lie(None);
    assert_eq!(corp.sign_in(&mut browser).await.status(), 303);
}

#[tokio::test]
async fn oidc_whom_no_group_lets_in_is_told_so_on_a_page() {
    let corp = Corp::start().await;
    corp.vouch("grace@example.com", &["visitors"]);
    let mut browser = corp.browser();
    let page = corp.sign_in(&mut browser).await;
    assert_eq!(page.status(), 403, "{}", page.text());
    corp.nobody_came(&page, &browser).await;
    corp.provider.lie(Some(Lie::Denies));
    let page = corp.sign_in(&mut browser).await;
    assert_eq!(page.status(), 403, "{}", page.text());
    corp.nobody_came(&page, &browser).await;
}
