use crate::support::World;

#[test]
fn an_unknown_action_is_told() {
    let ran = World::new().run(&["call", "no:such"]);
    assert_eq!(ran.code, 2, "{}", ran.told());
    assert!(
        ran.err.contains("there is no action of this name"),
        "{}",
        ran.err
    );
}
