use keyway_testkit::authorization::Misbehaviour;

/// Every misbehaviour of the authorization server is used by a test here.
#[test]
fn every_misbehaviour_has_a_test() {
    let tests = [
        include_str!("callback.rs"),
        include_str!("discovery.rs"),
        include_str!("flights.rs"),
        include_str!("forgetting.rs"),
        include_str!("refreshing.rs"),
        include_str!("registering.rs"),
        include_str!("resource.rs"),
        include_str!("step_up.rs"),
        include_str!("tokens.rs"),
    ]
    .concat();
    for misbehaviour in Misbehaviour::ALL {
        let named = format!("Misbehaviour::{misbehaviour:?}");
        assert!(tests.contains(&named), "{named} has no test");
    }
}
