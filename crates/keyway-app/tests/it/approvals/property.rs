#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails"
)]

//! No call that needs an approval runs without one that is its own.

use std::collections::HashMap;
use std::time::Duration;

use keyway_app::approvals::Decide;
use keyway_core::{ApprovalId, Role};
use proptest::prelude::*;
use serde_json::json;

use super::world::{World, code};

/// Something that somebody does.
#[derive(Debug, Clone)]
enum Step {
    /// Makes a call, naming an approval that was seen before or not.
    Call {
        path: u8,
        named: Option<u8>,
    },
    /// Decides about one that was seen.
    Decide {
        which: u8,
        yes: bool,
    },
    /// Time passes.
    Later(u64),
    /// The admin who decides is demoted, or made one again.
    Demote,
    Promote,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..3u8, proptest::option::of(0..6u8)).prop_map(|(path, named)| Step::Call { path, named }),
        4 => (0..6u8, proptest::bool::weighted(0.8)).prop_map(|(which, yes)| Step::Decide { which, yes }),
        1 => (1..30u64).prop_map(|hours| Step::Later(hours * 3_600)),
        1 => Just(Step::Demote),
        1 => Just(Step::Promote),
    ]
}

async fn run(steps: Vec<Step>) {
    let world = World::with(|settings| settings.approvals.wait = Duration::ZERO).await;
    let admin = world
        .gate
        .world
        .joined("admin@example.com", Role::Admin)
        .await;
    let (who, user) = (admin.visitor.principal, admin.visitor.user.id);
    // What is known from outside: who asked for what, and what was said about it by somebody who
    // may say it now.
    let mut asked: Vec<ApprovalId> = Vec::new();
    let mut paths: HashMap<ApprovalId, u8> = HashMap::new();
    let mut made: HashMap<ApprovalId, u64> = HashMap::new();
    let mut good: HashMap<ApprovalId, u64> = HashMap::new();
    let (mut now, mut admins) = (0_u64, true);
    for step in steps {
        let ran = world.ran();
        match step {
            Step::Call { path, named } => {
                let named = named.and_then(|nth| asked.get(usize::from(nth)).cloned());
                let mut params = json!({
                    "name": "mcp__s__drop", "arguments": { "path": path.to_string() }
                });
                if let Some(named) = &named {
                    params["_meta"] = json!({ "keyway/approval": named });
                }
                let answer = world.params(&world.client, params).await;
                if world.ran() > ran {
                    assert_eq!(world.ran(), ran + 1);
                    let under = |id: &&ApprovalId| {
                        paths[*id] == path
                            && named.as_ref().is_none_or(|named| named == *id)
                            && good.get(*id).is_some_and(|until| now < *until)
                    };
                    let under = asked.iter().find(under).cloned();
                    let under = under.expect("a call ran that nobody had approved");
                    assert!(admins, "a call ran whose approver is no admin any more");
                    good.remove(&under);
                } else {
                    assert!(code(&answer).starts_with("approval_"), "{answer}");
                }
                for one in world.all().await {
                    if !asked.contains(&one.id) {
                        paths.insert(one.id.clone(), path);
                        made.insert(one.id.clone(), now);
                        asked.push(one.id);
                    }
                }
            }
            Step::Decide { which, yes } => {
                let Some(id) = asked.get(usize::from(which)).cloned() else {
                    continue;
                };
                let decide = if yes {
                    Decide::Approve
                } else {
                    Decide::Deny(None)
                };
                let decided = world.decide(&who, &id, decide).await;
                assert!(admins || decided.is_err());
                if decided.is_ok() && yes {
                    let until = made[&id] + 24 * 3_600;
                    good.insert(id, until);
                }
            }
            Step::Later(seconds) => {
                world.gate.later(seconds);
                now += seconds;
            }
            Step::Demote | Step::Promote => {
                admins = matches!(step, Step::Promote);
                let role = if admins { Role::Admin } else { Role::Member };
                let people = world.app().people();
                people.set_role(world.owner(), &user, role).await.unwrap();
            }
        }
        assert!(world.ran() <= ran + 1);
    }
    world.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 10, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_call_that_needs_an_approval_runs_without_one_of_its_own(
        steps in proptest::collection::vec(step(), 1..24)
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(run(steps));
    }
}
