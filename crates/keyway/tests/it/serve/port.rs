use crate::support::{Served, World};

#[test]
fn a_taken_port_is_told_and_leaves_nothing_behind() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let world = World::new();
    let ran = world.run(&["serve", "--bind", &address]);
    assert_eq!(ran.code, 1, "{}", ran.told());
    assert!(
        ran.err.contains(&address) && ran.err.contains("taken"),
        "{}",
        ran.err
    );
    assert!(!world.path(".keyway").exists());
}

#[tokio::test]
async fn a_second_gateway_on_the_same_database_is_refused() {
    let world = World::new();
    let first = Served::start(&world, &[]);
    let ran = world.run(&["serve", "--bind", "127.0.0.1:0"]);
    assert_eq!(ran.code, 1, "{}", ran.told());
    assert!(ran.err.contains("keyway.db"), "{}", ran.err);
    assert!(first.stop().await.0.success());
}

#[test]
fn without_api_keys_only_this_machine_is_served() {
    let world = World::new();
    let ran = world.run(&["serve", "--bind", "0.0.0.0:0", "--no-auth"]);
    assert_ne!(ran.code, 0, "{}", ran.told());
    assert!(ran.err.contains("loopback"), "{}", ran.err);
}

#[tokio::test]
async fn without_api_keys_the_log_says_so_loudly() {
    let world = World::new();
    let served = Served::start(&world, &["--no-auth"]);
    assert!(served.log().contains("API KEYS ARE OFF"));
    let answer = served.ask(http::Method::GET, "/v1/actions").send().await;
    assert_eq!(answer.status(), 200);
}
