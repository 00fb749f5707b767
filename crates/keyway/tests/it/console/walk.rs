//! Every path of the console, from its list of routes.

use http::Method;
use keyway_core::Role;
use keyway_http::{Audience, ConsolePath, console_paths};
use serde_json::json;

use super::world::{anonymous, another, owned, stranger};
use crate::pages::headers::assert_protected;
use crate::support::browser::{Browser, form};
use crate::support::client::Answer;

/// A word that only names of the first organization have.
const OURS: &str = "zanzibar";

/// A path with something that is not there in the place of ids.
fn somewhere(path: &ConsolePath) -> String {
    let parts = path.path.split('/').map(|part| match part {
        part if part.starts_with('{') => "nothing",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn is_list(path: &ConsolePath) -> bool {
    path.get && !path.path.contains('{') && path.path != "/console/events"
}

async fn look(browser: &Browser, path: &str) -> Answer {
    let ask = browser.ask(Method::GET, path);
    ask.header("accept", "text/html").send().await
}

#[tokio::test]
async fn who_is_not_signed_in_is_led_to_the_sign_in_page_from_every_path() {
    let (app, _owner) = owned().await;
    let nobody = Browser::of(&app);
    for path in console_paths() {
        let at = somewhere(&path);
        for method in [Method::GET, Method::POST] {
            if !(if method == Method::GET {
                path.get
            } else {
                path.post
            }) {
                continue;
            }
            let answer = nobody.ask(method.clone(), &at).send().await;
            let next = if method == Method::GET {
                &at
            } else {
                "/console"
            };
            let next = next.replace('/', "%2F");
            let sign_in = format!("/sign-in?next={next}");
            assert_eq!(
                (answer.status(), answer.header("location")),
                (303, sign_in.as_str()),
                "{method} {at}"
            );
            assert_protected(&answer, &at);
        }
    }
}

#[tokio::test]
async fn attack_elevation_for_a_member_no_page_of_an_administrator_exists() {
    let (app, owner) = owned().await;
    let member = another(&app, "bob@example.com", Role::Member).await;
    let unknown = anonymous(&look(&member, "/console/there-is-no-such-page").await);
    let mut for_admins = 0;
    for path in console_paths() {
        let at = somewhere(&path);
        if path.audience == Audience::Member {
            continue;
        }
        for_admins += 1;
        if path.get {
            let answer = look(&member, &at).await;
            assert_eq!(answer.status(), 404, "{at}");
            assert_eq!(anonymous(&answer), unknown, "{at}");
        }
        if path.post {
            let ask = member.ask(Method::POST, &at).header("accept", "text/html");
            let answer = form(ask, &[("csrf", &member.csrf)]).send().await;
            assert_eq!(answer.status(), 404, "{at}");
            assert_eq!(anonymous(&answer), unknown, "{at}");
        }
    }
    assert!(for_admins > 0);
    let page = look(&member, "/console").await;
    for path in console_paths().iter().filter(|path| path.nav.is_some()) {
        let link = format!("href=\"{}\"", path.path);
        let shown = page.text().contains(&link);
        assert_eq!(shown, path.audience == Audience::Member, "{}", path.path);
        let page = look(&owner, "/console").await;
        assert!(page.text().contains(&link), "{}", path.path);
    }
}

#[tokio::test]
async fn every_page_is_shown_to_whom_it_is_for_and_runs_only_the_gateway_s_own_script() {
    let (app, owner) = owned().await;
    let member = another(&app, "bob@example.com", Role::Member).await;
    for path in console_paths().iter().filter(|path| is_list(path)) {
        let mut browsers = vec![&owner];
        if path.audience == Audience::Member {
            browsers.push(&member);
        }
        for browser in browsers {
            let page = look(browser, path.path).await;
            assert_eq!(page.status(), 200, "{}: {}", path.path, page.text());
            assert_protected(&page, path.path);
            let policy = page.header("content-security-policy");
            assert!(policy.contains("script-src 'self';"), "{policy}");
            assert!(page.text().contains("<main id=\"main\""), "{}", path.path);
        }
    }
}

#[tokio::test]
async fn attack_csrf_no_form_of_the_console_is_taken_without_its_token() {
    let (app, owner) = owned().await;
    let member = another(&app, "bob@example.com", Role::Member).await;
    for path in console_paths().iter().filter(|path| path.post) {
        let at = somewhere(path);
        let sent = |fields: &[(&str, &str)], origin: &str| {
            let ask = owner.ask(Method::POST, &at).header("accept", "text/html");
            form(ask.header("origin", origin), fields).send()
        };
        let origin = format!("http://{}", app.address());
        for (fields, origin, what) in [
            (&[][..], origin.as_str(), "no token"),
            (&[("csrf", "")], &origin, "an empty token"),
            (&[("csrf", &*member.csrf)], &origin, "somebody else's token"),
            (
                &[("csrf", &*owner.csrf)],
                "https://evil.example",
                "another site's form",
            ),
        ] {
            let answer = sent(fields, origin).await;
            let text = answer.text();
            assert!(
                (400..500).contains(&answer.status()),
                "{at}, {what}: {text}"
            );
            if !path.path.contains('{') {
                let refused = text.contains("made for another visit")
                    || text.contains("sent from another site");
                assert!(refused, "{at}, {what}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn attack_cross_tenant_no_page_shows_anything_of_another_organization() {
    let (app, owner) = owned().await;
    for (path, body) in [
        ("/v1/api-keys", json!({ "name": OURS })),
        ("/v1/projects", json!({ "slug": OURS, "name": OURS })),
        (
            "/v1/service-accounts",
            json!({ "name": OURS, "role": "member" }),
        ),
        (
            "/v1/invitations",
            json!({ "email": format!("{OURS}@example.com"), "role": "member" }),
        ),
    ] {
        let made = app.post(path).json(&body).send().await;
        assert_eq!(made.status(), 201, "{path}: {}", made.text());
    }
    let eve = stranger(&app).await;
    let mut seen = 0;
    for path in console_paths().iter().filter(|path| is_list(path)) {
        let theirs = look(&eve, path.path).await;
        assert_eq!(theirs.status(), 200, "{}: {}", path.path, theirs.text());
        assert!(!theirs.text().contains(OURS), "{}", path.path);
        seen += usize::from(look(&owner, path.path).await.text().contains(OURS));
    }
    // The owner sees the word somewhere, as soon as there is a page of such things.
    let lists = [
        "/console/api-keys",
        "/console/people",
        "/console/service-accounts",
    ];
    let expected = console_paths()
        .iter()
        .any(|path| lists.contains(&path.path));
    assert_eq!(seen > 0, expected);
}
