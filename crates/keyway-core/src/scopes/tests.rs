use proptest::prelude::*;

use super::*;

fn scopes(text: &str) -> Scopes {
    text.parse().unwrap()
}

fn any_scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        proptest::sample::select(Scope::PLAIN.to_vec()),
        "[ab*]{1,5}".prop_map(|text| Scope::Tools(text.parse().unwrap())),
    ]
}

fn any_scopes() -> impl Strategy<Value = Scopes> {
    proptest::collection::vec(any_scope(), 0..6).prop_map(Scopes::of)
}

#[test]
fn mcp_implies_the_three_and_admin_implies_nothing() {
    let mcp = scopes("mcp");
    assert!(mcp.resources() && mcp.prompts() && mcp.allows_tool("x") && !mcp.admin());
    let admin = scopes("admin");
    assert!(!admin.some_tools() && !admin.resources() && !admin.approvals());
    assert_eq!(scopes("mcp:tools tools:a mcp").to_string(), "mcp");
}

#[test]
fn what_is_not_on_the_list_is_refused() {
    for text in [
        "files:read",
        "MCP",
        "mcp\tadmin",
        "tools:",
        "tools:a b!",
        "mcp:*",
        "offline_access",
        "tools:\u{202e}x",
    ] {
        assert_eq!(text.parse::<Scopes>(), Err(UnknownScope), "{text}");
    }
    assert!("mcp ".repeat(65).parse::<Scopes>().is_err());
    assert!(Scopes::of("".parse::<Scopes>().unwrap().iter().cloned()).is_empty());
}

#[test]
fn patterns_match_whole_names() {
    for (pattern, tool, expected) in [
        ("search", "search", true),
        ("search", "searching", false),
        ("mcp__github__*", "mcp__github__", true),
        ("*__read*", "mcp__files__read_file", true),
        ("*", "", true),
        ("a*b*c", "axxbyyc", true),
        ("a*b*c", "axxbyy", false),
    ] {
        let pattern: ToolPattern = pattern.parse().unwrap();
        assert_eq!(pattern.matches(tool), expected, "{pattern} {tool}");
    }
}

proptest! {
    #[test]
    fn the_shortest_form_allows_the_same(all in proptest::collection::vec(any_scope(), 0..6), tool in "[ab]{0,4}") {
        let set = Scopes::of(all.clone());
        let named = all.iter().any(|scope| match scope {
            Scope::Mcp | Scope::McpTools => true,
            Scope::Tools(pattern) => pattern.matches(&tool),
            _ => false,
        });
        prop_assert_eq!(set.allows_tool(&tool), named);
        prop_assert!(all.iter().all(|scope| set.has(scope)));
    }

    #[test]
    fn sets_survive_being_written(set in any_scopes()) {
        prop_assert_eq!(scopes(&set.to_string()), set);
    }

    #[test]
    fn covering_is_an_order(one in any_scopes(), two in any_scopes(), three in any_scopes()) {
        prop_assert!(one.covers(&one));
        if one.covers(&two) && two.covers(&three) {
            prop_assert!(one.covers(&three));
        }
    }

    #[test]
    fn what_is_covered_allows_no_more(one in any_scopes(), two in any_scopes(), tool in "[ab]{0,5}") {
        if one.covers(&two) && two.allows_tool(&tool) {
            prop_assert!(one.allows_tool(&tool));
        }
    }

    #[test]
    fn a_union_covers_both_and_no_more(one in any_scopes(), two in any_scopes(), tool in "[ab]{0,4}") {
        let both = one.union(&two);
        prop_assert!(both.covers(&one) && both.covers(&two));
        prop_assert_eq!(both.allows_tool(&tool), one.allows_tool(&tool) || two.allows_tool(&tool));
    }

    #[test]
    fn what_both_allow_is_covered_by_each(one in any_scopes(), two in any_scopes()) {
        let both = one.both(&two);
        prop_assert!(one.covers(&both) && two.covers(&both));
    }

    #[test]
    fn what_is_missing_completes(one in any_scopes(), two in any_scopes()) {
        let missing = one.missing(&two);
        prop_assert!(one.union(&missing).covers(&two));
        prop_assert!(missing.is_empty() == one.covers(&two));
    }
}

#[test]
fn the_documented_scopes_are_the_code_s() {
    let page = include_str!("../../../../docs/reference/identifiers.md");
    let (_, section) = page.split_once("\n## Scopes\n").unwrap();
    let documented: Vec<&str> = section
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .map_while(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let mut expected: Vec<String> = Scope::PLAIN.iter().map(ToString::to_string).collect();
    expected.insert(4, "tools:<pattern>".to_owned());
    assert_eq!(documented, expected);
}
