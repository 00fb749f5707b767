use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};

#[tokio::test]
async fn files_are_kept_for_ever_under_the_address_that_names_their_content() {
    let app = TestApp::with([]).await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    let page = browser.get("/sign-in").await;
    for (name, kind) in [
        ("oauth-common.css", "text/css; charset=utf-8"),
        ("keyway.svg", "image/svg+xml"),
    ] {
        let start = page.text().find(&format!("/assets/{name}?v=")).unwrap();
        let href = page.text()[start..].split('"').next().unwrap();
        let file = browser.get(href).await;
        assert_eq!((file.status(), file.header("content-type")), (200, kind));
        assert_eq!(
            file.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        assert!(!file.has("set-cookie"));
        let old = browser.get(&format!("/assets/{name}?v=old")).await;
        assert_eq!(
            (old.status(), old.header("cache-control")),
            (200, "public, max-age=300")
        );
    }
}

#[tokio::test]
async fn nothing_else_is_a_file() {
    let app = TestApp::with([]).await;
    let mut browser = Browser::of(&app);
    for name in ["layout.html", "..%2F..%2FCargo.toml", "nothing.css", "%00"] {
        assert_eq!(
            browser.get(&format!("/assets/{name}")).await.status(),
            404,
            "{name}"
        );
    }
}
