use crate::action::{Action, Clash, Expose, Registry, ResourceBody};
use schemars::JsonSchema;
use serde::Deserialize;

fn plain(slug: &str) -> Action {
    Action::new(slug.to_owned(), |_, (): ()| async { Ok("done") }).expose(Expose::MCP)
}

fn resource(slug: &str) -> Action {
    Action::new(slug.to_owned(), |_, _: Anything| async {
        Ok(ResourceBody::text("x"))
    })
}

#[derive(Deserialize, JsonSchema)]
struct Anything {}

fn clashes(actions: Vec<Action>) -> Vec<String> {
    let clashes = Registry::new(actions).err().unwrap_or_default();
    clashes.iter().map(ToString::to_string).collect()
}

#[test]
fn every_kind_of_clash_names_both_owners() {
    let cases = [
        ("slug", vec![plain("a"), plain("a")]),
        ("tool name", vec![plain("user:view"), plain("user-view")]),
        (
            "prompt name",
            vec![
                plain("a").expose(Expose::NONE).prompt(None),
                plain("b").mcp_name("a").expose(Expose::NONE).prompt(None),
            ],
        ),
        (
            "resource URI",
            vec![
                resource("a").resource("x://r", None),
                resource("b").resource("x://r", None),
            ],
        ),
        (
            "resource template",
            vec![
                resource("a").resource_template("x://{id}", None),
                resource("b").resource_template("x://{name}", None),
            ],
        ),
    ];
    for (what, actions) in cases {
        let told = clashes(actions);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with(&format!("the {what} ")), "{told:?}");
        assert_eq!(told[0].matches("tests/registry.rs:").count(), 2, "{told:?}");
    }
}

#[test]
fn an_action_that_is_wrong_by_itself_is_named_and_everything_is_told() {
    let schema = |schema| plain("x").input_schema_override(schema);
    let told = clashes(vec![
        plain("Bad_Slug"),
        plain("a").mcp_name("has space"),
        plain("b").mcp_name("mcp__files__read"),
        Action::new("list", |_, _: Vec<u8>| async { Ok(()) }),
        schema(serde_json::json!({ "type": "object", "$ref": "https://example.com/schema.json" })),
        schema(
            serde_json::json!({ "type": "object", "properties": { "n": { "type": "nothing" } } }),
        ),
        resource("t").resource_template("x://{id*}", None),
        plain("v").resource_template("x://{unknown}", None),
    ]);
    assert_eq!(told.len(), 8, "{told:#?}");
    assert!(told[0].contains("^[a-z0-9]+([-:][a-z0-9]+)*$"));
}

#[test]
fn tools_prompts_and_resources_have_names_of_their_own() {
    let registry = Registry::new(vec![
        plain("greeting"),
        plain("greet:prompt")
            .mcp_name("greeting")
            .expose(Expose::NONE)
            .prompt(None),
        resource("r").resource("x://greeting", None),
    ])
    .unwrap();
    assert_eq!(
        registry.by_tool_name("greeting").unwrap().action().slug(),
        "greeting"
    );
    assert_eq!(
        registry.by_prompt("greeting").unwrap().action().slug(),
        "greet:prompt"
    );
    assert!(registry.by_tool_name("r").is_none());
    assert_eq!(registry.iter().count(), 3);
}

#[test]
fn of_two_templates_the_most_specific_one_answers() {
    let registry = Registry::new(vec![
        resource("any").resource_template("x://files/{+path}", None),
        resource("one").resource_template("x://files/{name}", None),
        resource("text").resource_template("x://files/{name}.txt", None),
        resource("fixed").resource("x://files/fixed.txt", None),
    ])
    .unwrap();
    let slug = |uri: &str| {
        registry
            .by_uri(uri)
            .map(|(entry, _)| entry.action().slug().to_owned())
    };
    assert_eq!(slug("x://files/fixed.txt").as_deref(), Some("fixed"));
    assert_eq!(slug("x://files/other.txt").as_deref(), Some("text"));
    assert_eq!(slug("x://files/other.md").as_deref(), Some("one"));
    assert_eq!(slug("x://files/a/b.md").as_deref(), Some("any"));
    assert_eq!(slug("x://files/a/../b.md"), None);
    assert_eq!(slug("x://other"), None);
}

#[test]
fn clash_of_one_action_shows_where_it_was_defined() {
    let clash = Registry::new(vec![plain("-")]).unwrap_err().remove(0);
    assert!(matches!(clash, Clash::Action { owner, .. } if owner.contains("tests/registry.rs:")));
}

#[test]
fn only_an_agent_has_the_name_of_one() {
    let told = clashes(vec![plain("a").mcp_name("agent__writer")]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("which is for agents"), "{told:?}");
    let agent = crate::Agent::new("writer").to_action();
    assert_eq!(agent.tool_name(), "agent__writer");
    assert!(clashes(vec![agent, plain("agent-writer")]).is_empty());
}
