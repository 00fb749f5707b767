//! What holds of every server, whatever it lists and whatever is decided about it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use keyway_core::OrgId;
use keyway_core::ports::{Definition, Lists};
use keyway_core::rpc::RawJson;
use keyway_store::{
    AcceptedTool, HeldTool, NewTools, PinWrite, Pinning, ServerTools, ToolPin, ToolSettings,
};
use proptest::prelude::*;

use super::curate::{curate, once_each};
use super::definition_hash;
use super::observe::observe;
use super::rules::{Rules, Usual};

fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn definition(name: &str, version: u8) -> RawJson {
    let text = format!(
        r#"{{"name":"{name}","description":"v{version}","inputSchema":{{"type":"object"}}}}"#
    );
    RawJson::parse(text.into()).unwrap()
}

fn lists(tools: &[(String, u8)]) -> Arc<Lists> {
    let tools = tools.iter().map(|(name, version)| Definition {
        key: name.clone(),
        json: definition(name, *version),
    });
    Arc::new(Lists {
        tools: tools.collect(),
        fetched_at: Some(at(0)),
        ..Lists::default()
    })
}

fn nothing() -> ServerTools {
    let organization: OrgId = "org_01890a5d-ac96-774b-bcce-000000000001".parse().unwrap();
    ServerTools::new(organization, "s")
}

/// What the store would make of the writes.
fn written(stored: &mut ServerTools, writes: &[PinWrite], is_first: bool) {
    if is_first {
        stored.settings.first_listed_at = Some(at(1));
    }
    for write in writes {
        match write.clone() {
            PinWrite::Accept { tool, accepted } => stored.pins.push(ToolPin {
                tool,
                accepted: Some(accepted),
                held: None,
                rejected: None,
            }),
            PinWrite::Hold { tool, held, .. } => {
                match stored.pins.iter_mut().find(|pin| pin.tool == tool) {
                    Some(pin) => pin.held = Some(held),
                    None => stored.pins.push(ToolPin {
                        tool,
                        accepted: None,
                        held: Some(held),
                        rejected: None,
                    }),
                }
            }
            PinWrite::Release { tool, .. } => {
                let pin = stored.pins.iter_mut().find(|pin| pin.tool == tool);
                pin.unwrap().held = None;
            }
            PinWrite::Drop { tool } => stored.pins.retain(|pin| pin.tool != tool),
        }
    }
}

fn accept(stored: &mut ServerTools, tool: &str) {
    let pin = stored.pins.iter_mut().find(|pin| pin.tool == tool);
    if let Some(pin) = pin
        && let Some(HeldTool {
            hash, definition, ..
        }) = pin.held.take()
    {
        pin.accepted = Some(AcceptedTool {
            hash,
            definition,
            by: Some("user".into()),
            at: at(2),
        });
    }
}

/// What a server does and what an administrator does, one after the other.
#[derive(Debug, Clone)]
enum Step {
    Lists(Vec<(String, u8)>),
    Accepts(String),
    Decides(ToolSettings),
    Policy(Option<Pinning>, Option<NewTools>, bool, bool),
}

fn name() -> impl Strategy<Value = String> {
    "[a-d]"
}

fn settings() -> impl Strategy<Value = ToolSettings> {
    let given = proptest::option::of(prop_oneof!["[a-d]", "[x-z]"]);
    let said = proptest::option::of(any::<bool>());
    (
        name(),
        said.clone(),
        said,
        given,
        proptest::option::of("[a-z]{1,3}"),
    )
        .prop_map(
            |(tool, allowed, needs_approval, name, description)| ToolSettings {
                tool,
                allowed,
                needs_approval,
                name,
                description,
                revision: 0,
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    let pinning = prop_oneof![
        Just(None),
        Just(Some(Pinning::Follow)),
        Just(Some(Pinning::Pin))
    ];
    let new = prop_oneof![
        Just(None),
        Just(Some(NewTools::On)),
        Just(Some(NewTools::Off))
    ];
    prop_oneof![
        4 => proptest::collection::vec((name(), 0u8..3), 0..6).prop_map(Step::Lists),
        2 => name().prop_map(Step::Accepts),
        2 => settings().prop_map(Step::Decides),
        1 => (pinning, new, any::<bool>(), any::<bool>())
            .prop_map(|(pinning, new, only, disabled)| Step::Policy(pinning, new, only, disabled)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_called_is_shown_and_what_is_shown_was_accepted(
        steps in proptest::collection::vec(step(), 1..24),
        added in any::<bool>(),
    ) {
        let usual = if added { Usual::Added } else { Usual::Operators };
        let mut stored = nothing();
        let mut listed = lists(&[]);
        for step in steps {
            match step {
                Step::Lists(tools) => listed = lists(&tools),
                Step::Accepts(tool) => accept(&mut stored, &tool),
                Step::Decides(settings) => {
                    let taken = stored.tools.iter().any(|other| {
                        other.tool != settings.tool
                            && other.name.is_some()
                            && other.name == settings.name
                    });
                    if !taken {
                        stored.tools.retain(|other| other.tool != settings.tool);
                        stored.tools.push(settings);
                    }
                }
                Step::Policy(pinning, new, only, disabled) => {
                    stored.settings.definitions = pinning;
                    stored.settings.new_tools = new;
                    stored.settings.only_allowed = only;
                    stored.settings.disabled = disabled;
                }
            }
            // What is shown before the store took a list in is as safe as what is shown after.
            check(&listed, &stored, usual)?;
            let observed = observe(&listed, &Rules::of(&stored, usual), at(1));
            written(&mut stored, &observed.writes, observed.is_first);
            check(&listed, &stored, usual)?;
            let again = observe(&listed, &Rules::of(&stored, usual), at(1));
            prop_assert!(again.is_nothing(), "it comes to rest: {again:?}");
        }
    }
}

fn check(listed: &Arc<Lists>, stored: &ServerTools, usual: Usual) -> Result<(), TestCaseError> {
    let rules = Arc::new(Rules::of(stored, usual));
    let shown = curate(Arc::clone(listed), Arc::clone(&rules));
    let mut names = HashSet::new();
    let mut own_names = HashSet::new();
    let by_name: HashMap<_, _> = once_each(&listed.tools)
        .map(|tool| (tool.key.as_str(), tool))
        .collect();
    let in_lists: Vec<_> = if rules.is_plain() {
        once_each(&shown.lists.tools).collect()
    } else {
        shown.lists.tools.iter().collect()
    };
    for tool in in_lists {
        prop_assert!(names.insert(tool.key.clone()), "each name once");
        let own = shown.decided(&tool.key).own;
        let own = own.unwrap_or_else(|| tool.key.clone());
        prop_assert!(own_names.insert(own.clone()), "each tool once");
        prop_assert!(shown.may_call(&own), "what is shown may be called");
        let now = by_name.get(own.as_str());
        prop_assert!(now.is_some(), "what is gone is not shown");
        let settings = stored.tools.iter().find(|one| one.tool == own);
        let allowed = settings.and_then(|one| one.allowed);
        prop_assert!(allowed != Some(false), "deny wins");
        prop_assert!(!rules.only_allowed || allowed == Some(true));
        prop_assert!(!rules.disabled);
        let approval = settings.and_then(|one| one.needs_approval);
        prop_assert_eq!(
            shown.decided(&tool.key).needs_approval,
            approval.unwrap_or(stored.settings.needs_approval)
        );
        let accepted = stored.pins.iter().find(|pin| pin.tool == own);
        let accepted = accepted.and_then(|pin| pin.accepted.as_ref());
        if rules.pinning == Pinning::Pin {
            let accepted = accepted.map(|accepted| accepted.hash.clone());
            let mut as_shown = tool.json.clone();
            if settings.is_some_and(|one| one.description.is_some()) {
                let was = stored.pins.iter().find(|pin| pin.tool == own);
                let was = was.and_then(|pin| pin.accepted.as_ref()).unwrap();
                as_shown = RawJson::parse(was.definition.clone().into()).unwrap();
            }
            prop_assert_eq!(Some(definition_hash(&as_shown)), accepted);
        } else if rules.new_tools == NewTools::Off {
            prop_assert!(accepted.is_some());
        }
    }
    for tool in &listed.tools {
        let callable = shown.may_call(&tool.key);
        prop_assert_eq!(callable, own_names.contains(&tool.key), "{}", tool.key);
    }
    Ok(())
}
