use keyway_core::Role;

use super::super::{Approvals, Policies, Verdict};
use super::world::*;
use crate::model::Act;

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, line, column, told) in [
        (
            "permit (principal, action, resource)",
            1,
            37,
            "unexpected end",
        ),
        ("\n  permit (principal, actoin, resource);", 2, 22, "actoin"),
        (
            "permit (principal, action, resource)\nwhen { resource.colour == \"red\" };",
            2,
            8,
            "colour",
        ),
        (
            "permit (principal == Person::\"x\", action, resource);",
            1,
            22,
            "Person",
        ),
        (
            "\n@approval(\"later\")\nforbid (principal, action, resource);",
            2,
            1,
            "@approval",
        ),
        (
            "@approval(\"required\")\npermit (principal, action, resource);",
            1,
            1,
            "@approval",
        ),
        (
            "permit (principal == ?principal, action, resource);",
            1,
            1,
            "slots",
        ),
        (
            "@id(\"keyway.mine\") permit (principal, action, resource);",
            1,
            1,
            "keyway.",
        ),
        (
            "@id(\"a\") permit (principal, action, resource);\n@id(\"a\") permit (principal, action, resource);",
            2,
            1,
            "another policy",
        ),
    ] {
        let faults = refused(text);
        let fault = &faults[0];
        assert!(fault.message.contains(told), "{text}: {fault}");
        assert_eq!(
            (fault.line, fault.column),
            (line, column),
            "{text}: {fault}"
        );
        assert!(!fault.message.contains("policy0"), "{fault}");
    }
}

/// Expressions that nest so and so deep.
fn nested(depth: usize) -> Vec<String> {
    let around = [
        ("(", "true", ")"),
        ("!(", "true", ")"),
        ("if true then true else ", "true", ""),
        ("true && ", "true", ""),
        ("resource.name == \"a\" || ", "true", ""),
        ("[", "true", "] == []"),
        ("{a: ", "true", "} == 1"),
        ("1 + ", "1", " == 1"),
        ("ip(", "1", ")"),
        ("-", "1", " == 1"),
        ("principal", ".name", " == 1"),
    ];
    let texts = around.map(|(open, inner, close)| {
        let (open, inner, close) = match inner {
            ".name" => (open.to_owned(), inner.repeat(depth), close.to_owned()),
            inner if close.starts_with([')', ']', '}']) => {
                let (end, rest) = close.split_at(1);
                (
                    open.repeat(depth),
                    inner.to_owned(),
                    end.repeat(depth) + rest,
                )
            }
            inner => (open.repeat(depth), inner.to_owned(), close.to_owned()),
        };
        format!("permit (principal, action, resource) when {{ {open}{inner}{close} }};")
    });
    texts.into()
}

#[test]
fn nesting_without_end_is_refused() {
    for depth in [300, 100_000] {
        for text in nested(depth) {
            let faults = refused(&text);
            let told = "the expression nests deeper than 250 levels";
            assert_eq!(faults[0].message, told);
            assert!((1..10_000).contains(&faults[0].column), "{}", faults[0]);
        }
    }
}

#[test]
fn as_deep_as_may_be_is_read_and_decided() {
    let who = person(Role::Member, "key", 1);
    let decided = |text: &str| {
        let policies = Policies::read(&[source(text)], Approvals::BuiltIn).ok()?;
        let decision = decide(&policies, &who, Act::Call, &tool("wiki", "find", plain()));
        assert_eq!(decision.failure, None);
        Some(decision)
    };
    let sound = nested(120).iter().filter_map(|text| decided(text)).count();
    assert!(sound >= 4, "{sound}");
    for text in nested(240) {
        decided(&text);
    }
    let chain = format!(
        "false{}",
        " || context.scopes.contains(\"mcp\")".repeat(200)
    );
    let text = format!("forbid (principal, action, resource) when {{ {chain} }};");
    assert_eq!(
        decided(&text).map(|decision| decision.verdict),
        Some(Verdict::Deny)
    );
}
