use std::sync::{Arc, LazyLock};

use keyway_app::List;
use keyway_core::Role;
use keyway_core::ports::Lists;
use proptest::prelude::*;

use crate::fake_upstream::FakeUpstream;
use crate::support::Shared;

use super::world::*;
static SHARED: LazyLock<Shared> = LazyLock::new(Shared::start);

const VARIED: [&str; 5] = [
    "",
    "forbid (principal, action == Action::\"call\", resource) when { resource.name like \"*1\" };",
    "forbid (principal, action == Action::\"call\", resource in Server::\"b\") unless { resource.read_only };",
    "forbid (principal, action == Action::\"call\", resource) when { !context.scopes.contains(\"admin\") && resource.destructive };",
    "permit (principal == User::\"user_01890a5d-ac96-774b-bcce-b302099a8001\", action, resource);",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What is listed is what can be called, and a scope more takes nothing away.
    #[test]
    fn filtering_is_guarding_and_scopes_only_add(
        policy in prop::sample::select(VARIED.to_vec()),
        role in prop::sample::select(vec![Role::Member, Role::Admin, Role::Owner]),
        access in prop::sample::select(vec!["key", CLIENT]),
        tools in prop::collection::vec((prop::sample::select(vec!["a", "b"]), 0..4_u8, 0..3_u8), 1..8),
        scopes in prop::sample::subsequence(
            vec!["mcp:tools", "tools:mcp__a__*", "tools:mcp__b__t1", "mcp:prompts", "admin"], 0..4),
        more in prop::sample::select(vec!["mcp", "mcp:tools", "tools:mcp__b__*", "admin"]),
    ) {
        let _runtime = SHARED.runtime.enter();
        let app = &SHARED.process.app;
        app.set_policies(policies(policy));
        let upstreams = ["a", "b"].map(|key| {
            let upstream = FakeUpstream::new(key);
            let own = tools.iter().filter(|(server, ..)| *server == key);
            let own = own.map(|(_, nth, kind)| {
                let hints = ["{}", r#"{"readOnlyHint":true}"#, r#"{"destructiveHint":true}"#];
                tool(&format!("t{nth}"), hints[usize::from(*kind)])
            });
            upstream.list(Lists { tools: own.collect(), ..Lists::default() });
            upstream as Arc<dyn keyway_core::ports::Upstream>
        });
        app.set_upstreams(upstreams.to_vec());
        let who = someone(app, role, access, &scopes.join(" "));
        let seen = names(app, &who, List::Tools);
        let desk = Desk::new(true, yes());
        for (server, nth, _) in &tools {
            let name = format!("mcp__{server}__t{nth}");
            let answer = SHARED.runtime.block_on(at(app, &who, &desk, &name));
            prop_assert_eq!(answer.starts_with("\"tools/call"), seen.contains(&name), "{}: {}", name, answer);
        }
        let wider = who.with_scopes(who.scopes().union(&more.parse().unwrap()));
        let seen_then = names(app, &wider, List::Tools);
        prop_assert!(seen.is_subset(&seen_then), "{:?} {:?}", seen, seen_then);
    }
}
