use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::{Served, World};

#[tokio::test]
async fn pages_of_ones_own_take_the_place_of_those_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let own = "{% extends \"layout.html\" %}{% block title %}x{% endblock %}\
               {% block main %}own: {{ message }}{% endblock %}";
    std::fs::write(folder.path().join("error.html"), own).unwrap();
    let dir = folder.path().to_owned();
    let app = TestApp::builder()
        .config(move |config| config.templates.dir = Some(dir))
        .start()
        .await;
    set_up(&app).await;
    let mut browser = Browser::of(&app);
    let page = browser.get("/account/nothing").await;
    assert_eq!(page.status(), 404);
    assert!(page.text().contains("own: Nothing is served at this path."));
    assert!(page.text().contains("test-gateway"));
}

#[tokio::test]
async fn a_gateway_does_not_start_with_pages_that_are_broken() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("error.html"), "\n{{ nothing }}").unwrap();
    let dir = folder.path().to_owned();
    let starting = TestApp::builder().config(move |config| config.templates.dir = Some(dir));
    let error = starting.try_start().await.err().unwrap();
    assert_eq!(error.code(), "templates_unusable");
    assert!(
        error.to_string().contains("error.html:2: undefined value"),
        "{error}"
    );
}

#[test]
fn templates_are_written_out_once_and_replaced_only_when_that_is_said() {
    let world = World::new();
    let ran = world.run(&["templates", "export"]).ok();
    assert_eq!(ran.out, "16 files written into DIR/templates\n");
    world.run(&["templates", "export"]).ok();
    world.write("templates/error.html", "mine");
    let ran = world.run(&["templates", "export"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("error.html") && ran.err.contains("nothing was written"),
        "{}",
        ran.err
    );
    assert_eq!(world.read("templates/error.html"), "mine");
    world.run(&["templates", "export", "--force"]).ok();
    assert_ne!(world.read("templates/error.html"), "mine");
    let ran = world
        .run(&["templates", "export", "--dir", "other", "--json"])
        .ok();
    assert_eq!(ran.json()["files"].as_array().unwrap().len(), 16);
}

#[test]
fn templates_are_tried_and_what_is_wrong_is_told() {
    let world = World::of("templates: {dir: pages}\n");
    let ran = world.run(&["templates", "check"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("there is no folder DIR/pages"),
        "{}",
        ran.err
    );
    world.run(&["templates", "export"]).ok();
    let ran = world.run(&["templates", "check"]).ok();
    assert_eq!(ran.out, "DIR/pages: every page can be used\n");
    world.write("pages/error.html", "<p>\n{{ mesage }}");
    let ran = world.run(&["templates", "check"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (2, "error: error.html:2: undefined value\n")
    );
    let ran = world.run(&["templates", "check", "--json"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.json()["problems"][0]["line"], 2);
}

#[tokio::test]
async fn nothing_secret_of_a_page_is_logged() {
    let world = World::of("log: {filter: trace}\n");
    let served = Served::start(&world, &[]);
    let path = "/reset/kwl_00000000000000000000000000000000000000";
    let ask = served
        .ask(http::Method::GET, path)
        .header("cookie", "keyway_session=kwb_secret");
    ask.send().await;
    let log = served.log();
    assert!(
        !log.contains("kwl_0") && !log.contains("kwb_secret"),
        "{log}"
    );
    served.stop().await;
}
