use crate::support::World;

const POLICY: &str = r#"
@id("read-only-contractors")
@doc("What comes through the contractors' client only reads.")
forbid (
  principal in Client::"https://contractors.example/client.json",
  action == Action::"call",
  resource
)
unless { resource.read_only };
"#;

#[test]
fn a_sound_policy_is_called_that_and_a_broken_one_is_placed() {
    let world = World::of("policy: { file: policy.cedar }\n");
    world.write("policy.cedar", POLICY);
    let ran = world.run(&["policy", "check"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(
        ran.out.contains("policy.cedar: sound; 10 policies"),
        "{}",
        ran.out
    );
    world.write(
        "broken.cedar",
        "permit (principal, action, resource)\nwhen { resource.colour == 1 };\n",
    );
    let ran = world.run(&["policy", "check", "broken.cedar"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.out.contains("broken.cedar:2:8: ") && ran.out.contains("colour"),
        "{}",
        ran.out
    );
    let json = world
        .run(&["policy", "check", "broken.cedar", "--json"])
        .out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["ok"], false);
    assert_eq!(
        (&json["errors"][0]["line"], &json["errors"][0]["column"]),
        (&2.into(), &8.into())
    );
    let missing = world.run(&["policy", "check", "none.cedar"]);
    assert!(
        missing.out.contains("none.cedar:1:1: cannot be read"),
        "{}",
        missing.out
    );
    assert_eq!(missing.code, 2);
}

#[test]
fn cases_are_held_against_policies() {
    let world = World::of("policy: { file: policy.cedar }\n");
    world.write("policy.cedar", POLICY);
    world.write(
        "cases.yaml",
        r#"
cases:
  - name: contractors read
    principal: { role: member, client: "https://contractors.example/client.json" }
    action: call
    resource: { tool: mcp__wiki__search, server: wiki, read_only: true }
    expected: allow
  - name: contractors write nothing
    principal: { role: owner, client: "https://contractors.example/client.json" }
    action: call
    resource: { tool: mcp__wiki__edit, server: wiki }
    expected: deny
  - name: others are asked
    principal: { client: "https://other.example/client.json" }
    action: call
    resource: { tool: mcp__wiki__delete, server: wiki, destructive: true }
    expected: needs_approval
  - name: nothing foreign
    principal: { role: owner }
    action: read
    resource: { resource: "file:///a", foreign: true }
    expected: deny
"#,
    );
    let ran = world.run(&["policy", "test", "cases.yaml"]);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("ok    contractors write nothing: deny (read-only-contractors)"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("4 cases, 0 wrong"));
    world.write("wrong.json", r#"{"cases":[{"principal":{"role":"member"},"action":"call","resource":{"tool":"t"},"expected":"deny"}]}"#);
    let ran = world.run(&["policy", "test", "wrong.json"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out
            .contains("WRONG case 1: allow instead of deny (keyway.members)"),
        "{}",
        ran.out
    );
    world.write("bad.yaml", "cases:\n  - principle: {}\n");
    let ran = world.run(&["policy", "test", "bad.yaml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("bad.yaml"), "{}", ran.err);
}

#[test]
fn a_decision_is_explained_with_the_policies_behind_it() {
    let world = World::of("policy: { file: policy.cedar }\n");
    world.write("policy.cedar", POLICY);
    let explain = |arguments: &[&str]| {
        let arguments: Vec<_> = ["policy", "explain"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        world.run(&arguments)
    };
    let contractor = "https://contractors.example/client.json";
    let ran = explain(&[contractor, "mcp__wiki__edit"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("mcp__wiki__edit: deny"), "{}", ran.out);
    assert!(
        ran.out.contains("read-only-contractors")
            && ran.out.contains("unless { resource.read_only };"),
        "{}",
        ran.out
    );
    let ran = explain(&["role:member", "status"]);
    assert!(
        ran.out.contains("status: allow") && ran.out.contains("keyway.members"),
        "{}",
        ran.out
    );
    let ran = explain(&[
        "role:member",
        "mcp__wiki__wipe",
        "--access",
        "oauth",
        "--destructive",
    ]);
    assert!(
        ran.out.contains("needs_approval") && ran.out.contains("keyway.destructive"),
        "{}",
        ran.out
    );
    let ran = explain(&["role:admin", "status", "--scopes", "mcp:prompts", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&json["decision"], &json["policy"]),
        (&"insufficient_scope".into(), &"allow".into())
    );
    for who in ["anonymous", "operator"] {
        assert!(
            explain(&[who, "status"]).out.contains("status: allow"),
            "{who}"
        );
    }
    let ran = explain(&["nobody@example.com", "status"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("no such person") && !ran.err.contains("nobody@"),
        "{}",
        ran.err
    );
}

#[test]
fn what_is_built_in_can_be_read() {
    let world = World::new();
    let shown = world.run(&["policy", "show"]).out;
    assert!(shown.contains("@id(\"keyway.members\")") && shown.contains("@approval(\"required\")"));
    let schema = world.run(&["policy", "show", "--schema"]).out;
    assert!(schema.contains("entity Tool in [Server, App]"));
    let off = World::of("approvals: { default: off }\n")
        .run(&["policy", "show"])
        .out;
    assert!(off.contains("keyway.members") && !off.contains("keyway.destructive"));
}

#[test]
fn the_how_to_does_what_it_says() {
    let guide = include_str!("../../../../../docs/how-to/write-a-policy.md");
    let block = |fence: &str, first: &str| {
        let start = format!("```{fence}\n{first}\n");
        let (_, rest) = guide.split_once(&start).unwrap();
        rest.split_once("```").unwrap().0.to_owned()
    };
    let world = World::of("policy: { file: policy.cedar }\n");
    world.write("policy.cedar", &block("cedar", "// policy.cedar"));
    world.write("policy-cases.yaml", &block("yaml", "# policy-cases.yaml"));
    let ran = world.run(&["policy", "check"]);
    let (_, said) = guide.split_once("$ keyway policy check\n").unwrap();
    let said = said.lines().next().unwrap();
    assert!(ran.out.trim_end().ends_with(said), "{}", ran.out);
    let ran = world.run(&["policy", "test", "policy-cases.yaml"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let last = block("cedar", "@id(\"no-own-approvals\")");
    world.write("last.cedar", &last);
    assert_eq!(world.run(&["policy", "check", "last.cedar"]).code, 0);
}
