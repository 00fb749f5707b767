use crate::support::World;

#[test]
fn without_agents_there_is_nothing_to_list_and_nobody_to_ask() {
    let world = World::new();
    let listed = world.run(&["agents", "list"]).ok();
    assert_eq!(listed.out, "no agent is defined\n");
    let asked = world.run(&["agents", "prompt", "anyone", "--message", "hi"]);
    assert_eq!(asked.code, 2, "{}", asked.told());
    assert!(asked.err.contains("keyway agents list"), "{}", asked.err);
    let session = world.run(&["agents", "sessions", "show", "nothing"]);
    assert_eq!(session.code, 2, "{}", session.told());
}
