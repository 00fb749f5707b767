use serde_json::json;

use super::*;
use crate::action::{Action, Clash, Registry};
use crate::{App, CredentialDefinition};

fn action(slug: &str) -> Action {
    Action::new(slug, |_, (): ()| async { Ok(1) })
}

fn agent(slug: &str) -> Agent {
    Agent::new(slug).model("anthropic/claude-sonnet-4.6")
}

fn book(agents: Vec<Agent>) -> Result<AgentBook, Vec<Clash>> {
    let registry = Registry::new(vec![action("acme:create-ticket"), action("search")]).unwrap();
    AgentBook::new(agents, &registry, ["wiki"])
}

fn told(agents: Vec<Agent>) -> Vec<String> {
    let clashes = book(agents).unwrap_err();
    clashes.iter().map(ToString::to_string).collect()
}

#[test]
fn what_an_agent_names_is_found_and_a_tool_named_twice_counts_once() {
    let researcher = agent("researcher").with_tools([
        "acme:create-ticket",
        "app:acme",
        "mcp__wiki",
        "mcp__later__*",
        "agent:writer",
        "app:acme",
    ]);
    let book = book(vec![researcher, agent("writer")]).unwrap();
    let entry = book.get("researcher").unwrap();
    let tools: Vec<_> = entry.tools().iter().map(ToString::to_string).collect();
    assert_eq!(
        tools,
        [
            "acme:create-ticket",
            "app:acme",
            "mcp__wiki",
            "mcp__later__*",
            "agent:writer"
        ]
    );
    assert_eq!(entry.model().vendor(), "anthropic");
}

#[test]
fn an_absent_tool_is_told_with_the_agent_and_its_place() {
    for (tool, noun) in [
        ("acme:close-ticket", "action"),
        ("app:acmee", "app"),
        ("mcp__wikki", "MCP server"),
        ("agent:nobody", "agent"),
    ] {
        let told = told(vec![agent("researcher").tool(tool)]);
        let [only] = told.as_slice() else {
            panic!("{told:?}");
        };
        let start = "agent \"researcher\" (";
        assert!(
            only.starts_with(start) && only.contains("tests.rs:"),
            "{only}"
        );
        let end = format!("it has the tool `{tool}`, and there is no such {noun}");
        assert!(only.ends_with(&end), "{only}");
    }
    let told = told(vec![agent("researcher").tool("Not::One")]);
    assert!(told[0].contains("`Not::One`"), "{told:?}");
}

#[test]
fn agents_in_a_circle_are_told_with_the_whole_circle() {
    let told = told(vec![
        agent("a").tool("agent:b"),
        agent("b").tool("agent:c").tool("search"),
        agent("c").tool("agent:b"),
    ]);
    let [only] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(only.starts_with("agent \"b\" ("), "{only}");
    assert!(only.ends_with("in a circle: `b` → `c` → `b`"), "{only}");
    let itself = self::told(vec![agent("me").tool("agent:me")]);
    assert!(itself[0].ends_with("`me` → `me`"), "{itself:?}");
    let twice = book(vec![
        agent("a").tool("agent:b").tool("agent:c"),
        agent("b").tool("agent:c"),
        agent("c"),
    ]);
    assert!(twice.is_ok(), "two ways to one agent are no circle");
}

#[test]
fn a_model_without_a_vendor_is_refused_kindly_and_a_missing_one_too() {
    for (model, said) in [
        ("claude-sonnet-4.6", "`vendor/model`, such as"),
        ("", "it has no model"),
    ] {
        let told = told(vec![Agent::new("researcher").model(model)]);
        assert!(told[0].contains(said), "{told:?}");
    }
}

#[test]
fn a_slug_is_checked_and_taken_once() {
    let both = told(vec![agent("writer"), agent("writer")]);
    assert!(
        both[0].starts_with("the slug of an agent \"writer\" is claimed by "),
        "{both:?}"
    );
    assert!(told(vec![agent("Writer")])[0].contains("an agent slug: 1 to 57"));
}

#[test]
fn a_schema_that_cannot_be_used_and_a_budget_without_rounds_are_told() {
    let bad = agent("judge").output_schema(json!({ "type": "nothing" }));
    assert!(told(vec![bad])[0].contains("its output schema cannot be used"));
    assert!(told(vec![agent("judge").rounds(0)])[0].contains("no rounds"));
}

#[test]
fn what_a_tool_brings_along_is_taken_out_once_and_stays_named() {
    let acme = App::new(CredentialDefinition::new(
        "acme",
        json!({ "type": "object" }),
    ))
    .action(action("acme:whoami"));
    let mut whole = agent("whole")
        .tool(action("search"))
        .tool(acme)
        .tool(agent("writer").tool(action("draft")));
    let brought = whole.take_brought();
    assert_eq!(
        (
            brought.actions.len(),
            brought.apps.len(),
            brought.agents.len()
        ),
        (1, 1, 1)
    );
    assert!(whole.take_brought().actions.is_empty());
    let named: Vec<_> = whole
        .tools()
        .map(|tool| tool.unwrap().to_string())
        .collect();
    assert_eq!(named, ["search", "app:acme", "agent:writer"]);
}

#[test]
fn an_agent_is_an_action_that_nobody_reaches_unasked() {
    let action = agent("researcher").description("Finds out").to_action();
    assert_eq!(action.slug(), "agent:researcher");
    assert_eq!(action.tool_name(), "agent__researcher");
    assert_eq!(action.exposure(), crate::action::Expose::NONE);
    assert_eq!(slug_of_action(action.slug()), Some("researcher"));
    assert_eq!(action.get_timeout(), None);
    Registry::new(vec![agent(&"a".repeat(57)).to_action()]).unwrap();
}
