use crate::support::{Served, World};

const INVITE: [&str; 4] = ["invitations", "create", "grace@example.com", "--json"];

/// Where the links lead that commands make.
fn links(world: &World) -> [String; 2] {
    let set_up = world.run(&["setup-link"]).ok().out.trim().to_owned();
    let invited = world.run(&INVITE).ok().json();
    [set_up, invited["url"].as_str().unwrap().to_owned()]
}

#[tokio::test]
async fn links_name_the_address_the_running_gateway_listens_on() {
    let world = World::of("bind: 127.0.0.1:8777\n");
    let served = Served::start(&world, &[]);
    let base = format!("http://{}/", served.address);
    assert!(!base.contains(":8777"));
    let [set_up, invited] = links(&world);
    assert!(invited.starts_with(&base), "{base}");
    let path = set_up.strip_prefix(&base).unwrap();
    let page = served.ask(http::Method::GET, &format!("/{path}"));
    assert_eq!(page.send().await.status(), 200);
    served.stop().await;
    for link in links(&world) {
        assert!(link.starts_with("http://127.0.0.1:8777/"));
    }
}

#[tokio::test]
async fn links_name_the_url_that_people_reach_the_gateway_under() {
    let world = World::of("public_url: https://gate.example\n");
    world.run(&["setup-link"]).ok();
    for link in links(&world) {
        assert!(link.starts_with("https://gate.example/"));
    }
}
