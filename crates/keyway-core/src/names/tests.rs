use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// Server keys and tool names out of few characters, so that unlike pairs often look alike.
fn key() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!['a', 'B', '_', '-', '.']), 0..6)
        .prop_map(|rest| format!("a{}", rest.into_iter().collect::<String>()))
}

fn own() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(
            prop::sample::select(vec!['a', '_', '-', '/', ' ', 'é', 'h']),
            0..8
        )
        .prop_map(|all| all.into_iter().collect::<String>()),
        "[a-z_]{40,80}",
        "[a-c]{0,2}-h[a-c]{13}",
    ]
}

proptest! {
    #[test]
    fn exposed_names_are_valid_injective_and_found_again(
        pairs in prop::collection::vec((key(), own()), 1..60)
    ) {
        let mut map = NameMap::new();
        let mut seen: HashMap<String, (String, String)> = HashMap::new();
        for (server, own) in pairs {
            let name = map.insert(&server, &Prefix::Server, &own);
            prop_assert!(MCP_NAME.allows(&name), "{name}");
            prop_assert_eq!(&name, &exposed_name(&server, &Prefix::Server, &own));
            prop_assert_eq!(map.resolve(&name), Some((server.as_str(), own.as_str())));
            let pair = (server, own);
            if let Some(other) = seen.insert(name.clone(), pair.clone()) {
                prop_assert_eq!(other, pair, "{} stands for two", name);
            }
        }
    }

    #[test]
    fn prefixed_uris_round_trip_and_survive_lower_casing_of_the_scheme(
        server in key(), uri in "[a-z+]{1,8}:[ -~]{0,20}"
    ) {
        let exposed = prefix_uri(&server, &uri);
        prop_assert_eq!(split_uri(&exposed), Some((server.clone(), uri.as_str())));
        let (scheme, rest) = exposed.split_once(':').unwrap();
        let lower = format!("{}:{rest}", scheme.to_ascii_lowercase());
        prop_assert_eq!(split_uri(&lower), Some((server, uri.as_str())));
    }

    #[test]
    fn every_grammar_accepts_exactly_what_its_pattern_matches(
        text in prop_oneof!["[a-b0:_.-]{0,6}", "[A-Za-z0-9:_.-]{0,140}", "[a-z0-9]{30,70}", "\\PC{0,6}"]
    ) {
        for grammar in GRAMMARS {
            let schema = serde_json::json!({
                "type": "string", "pattern": grammar.pattern, "maxLength": grammar.max,
                "not": { "enum": grammar.reserved },
            });
            let expected = jsonschema::is_valid(&schema, &text.clone().into());
            prop_assert_eq!(grammar.allows(&text), expected, "{}", grammar.noun);
        }
    }
}

#[test]
fn every_example_is_allowed_and_no_reserved_word_is() {
    for grammar in GRAMMARS {
        assert!(grammar.allows(grammar.example), "{}", grammar.noun);
        assert!(!grammar.allows(""), "{}", grammar.noun);
        for word in grammar.reserved {
            assert!(!grammar.allows(word), "{}", grammar.noun);
        }
    }
}

#[test]
fn names_that_could_be_read_two_ways_are_told_apart() {
    let left = exposed_name("a", &Prefix::Server, "b__c");
    let right = exposed_name("a__b", &Prefix::Server, "c");
    assert_eq!(left, "mcp__a__b__c");
    assert_ne!(left, right);
    assert_ne!(
        exposed_name("a", &Prefix::Server, "_b"),
        exposed_name("a_", &Prefix::Server, "b")
    );
}

#[test]
fn attack_no_server_s_tool_passes_for_an_agent() {
    for (prefix, own) in [
        (Prefix::None, "agent__writer"),
        (Prefix::Custom("agent__".into()), "writer"),
        (Prefix::Custom("agent_".into()), "_writer"),
    ] {
        let name = exposed_name("files", &prefix, own);
        assert!(name.starts_with("mcp_agent_writer-h"), "{name}");
        assert!(MCP_NAME.allows(&name));
    }
    let own = exposed_name("files", &Prefix::Server, "agent__writer");
    assert_eq!(own, "mcp__files__agent__writer");
}

#[test]
fn a_taken_name_gives_way_to_the_prefixed_one() {
    let mut map = NameMap::new();
    map.reserve("status");
    assert_eq!(
        map.insert("one", &Prefix::None, "status"),
        "mcp__one__status"
    );
    assert_eq!(map.resolve("status"), None);
    assert_eq!(map.insert("two", &Prefix::Custom("x_".into()), "y"), "x_y");
    assert_eq!(map.insert("three", &Prefix::None, "x_y"), "mcp__three__x_y");
    assert_eq!(map.resolve("x_y"), Some(("two", "y")));
}

#[test]
fn the_documented_grammars_are_the_code_s() {
    let page = include_str!("../../../../docs/reference/identifiers.md");
    let rows: Vec<_> = page
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let expected = GRAMMARS.map(|grammar| {
        let reserved: Vec<_> = grammar
            .reserved
            .iter()
            .map(|word| format!("`{word}`"))
            .collect();
        let reserved = if reserved.is_empty() {
            "-".into()
        } else {
            reserved.join(", ")
        };
        format!(
            "| {} | `{}` | 1 to {} | {reserved} | `{}` |",
            grammar.noun, grammar.pattern, grammar.max, grammar.example
        )
    });
    assert_eq!(rows, expected);
}
