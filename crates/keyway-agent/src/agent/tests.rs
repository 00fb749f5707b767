use std::time::Duration;

use super::file::KEYS;
use super::{Agent, Price};

const GUIDE: &str = include_str!("../../../../docs/how-to/write-an-agent-file.md");

fn read(text: &str) -> Agent {
    Agent::from_markdown("helper", text).unwrap()
}

/// The line and the problem.
fn refused(text: &str) -> (usize, String) {
    let bad = Agent::from_markdown("helper", text).unwrap_err();
    assert_eq!(bad.code(), "agent_file_invalid");
    assert!(!bad.problem.contains("canary"), "{bad}");
    (bad.line, bad.problem)
}

#[test]
fn a_whole_file_is_read() {
    let text = "\u{feff}---\r
name: code-reviewer
title: Code reviewer
description: \"Reads pull requests: and nothing else\"
model: openrouter/meta-llama/llama-4
price: { input: 0.5, output: 1.25 }
max_output_tokens: 4_000
tools:
  allow:
    - github/*
    - \"*/search\"
  deny: [github/delete_repository]
budget:
  rounds: 12
  tokens: 200_000
  seconds: 90
  cost_usd: 0.75
---

You review code.

---
This line is text.
";
    let agent = read(text);
    assert_eq!(agent.slug, "code-reviewer");
    assert_eq!(agent.name, "Code reviewer");
    assert_eq!(agent.description, "Reads pull requests: and nothing else");
    assert_eq!(agent.model.unwrap().model(), "meta-llama/llama-4");
    let price = Price {
        input_micros: 500_000,
        output_micros: 1_250_000,
    };
    assert_eq!(agent.price, Some(price));
    assert_eq!(agent.max_output_tokens, Some(4000));
    assert_eq!(agent.tools.allow, ["github/*", "*/search"]);
    assert!(agent.tools.admit("github", "create_issue"));
    assert!(!agent.tools.admit("github", "delete_repository"));
    assert_eq!(agent.budget.rounds, 12);
    assert_eq!(agent.budget.tokens, Some(200_000));
    assert_eq!(agent.budget.time, Some(Duration::from_secs(90)));
    assert_eq!(agent.budget.cost_micros, Some(750_000));
    assert_eq!(agent.system, "You review code.\n\n---\nThis line is text.");
}

#[test]
fn a_file_without_settings_is_a_prompt() {
    let agent = read("You help.\n");
    assert_eq!(
        (agent.slug.as_str(), agent.name.as_str()),
        ("helper", "helper")
    );
    assert_eq!(agent.system, "You help.");
    let agent = read("---\n---\nYou help.");
    assert_eq!(agent.system, "You help.");
    assert!(agent.model.is_none());
    assert_eq!(read("").system, "");
}

#[test]
fn a_bad_file_says_the_line_and_what_is_expected() {
    let cases = [
        ("---\nmodel: a/b\n", 1, "put a line of `---`"),
        ("---\nmodel: canary\n---\n", 2, "named `vendor/model`"),
        (
            "---\nname: a\nmodle: canary\n---\n",
            3,
            "the keys here are `name`",
        ),
        ("---\nname: a\nname: b\n---\n", 3, "twice"),
        ("---\nname: Canary Name\n---\n", 2, "small letters"),
        (
            "---\nbudget:\n  rounds: canary\n---\n",
            3,
            "a whole number from 1",
        ),
        (
            "---\nbudget:\n  rounds: 0\n---\n",
            3,
            "a whole number from 1",
        ),
        ("---\nbudget:\n  hours: 3\n---\n", 3, "`seconds`"),
        ("---\nbudget: canary\n---\n", 2, "`name: value`"),
        ("---\ntools:\n  allow: canary\n---\n", 3, "a list of rules"),
        (
            "---\ntools:\n  allow:\n    - a/b\n    - canary\n---\n",
            5,
            "`server/tool`",
        ),
        ("---\nprice: { input: 1 }\n---\n", 2, "`input` and `output`"),
        (
            "---\nprice: { input: 1, output: canary }\n---\n",
            2,
            "US dollars",
        ),
        ("---\ntools: [\n---\n", 3, "not YAML"),
        ("---\n- canary\n---\n", 2, "`name: value`"),
        ("---\ndescription: [a]\n---\n", 2, "expected a text"),
        ("---\na: &x 1\nb: *x\n---\n", 3, "aliases"),
    ];
    for (text, line, expected) in cases {
        let (at, problem) = refused(text);
        assert!(problem.contains(expected), "{text}: {problem}");
        assert_eq!(at, line, "{text}: {problem}");
    }
}

#[test]
fn a_file_name_that_is_no_name_needs_one_in_the_file() {
    assert!(Agent::from_markdown("My Agent", "You help.").is_err());
    let named = Agent::from_markdown("My Agent", "---\nname: helper\n---\nYou help.").unwrap();
    assert_eq!(named.slug, "helper");
}

#[test]
fn too_much_nesting_and_too_long_files_are_refused() {
    let deep = format!("---\na: {}{}\n---\n", "[".repeat(100), "]".repeat(100));
    assert!(refused(&deep).1.contains("too many levels"));
    assert!(refused(&"x".repeat(2 << 20)).1.contains("1 MiB"));
}

/// The text of the first block of this kind in the guide.
fn block(kind: &str) -> &'static str {
    let start = format!("```{kind}\n");
    let (_, after) = GUIDE.split_once(&start).unwrap();
    after.split_once("```").unwrap().0
}

#[test]
fn the_guide_is_true() {
    let agent = read(block("markdown"));
    assert_eq!(agent.slug, "release-notes");
    assert_eq!(agent.budget.rounds, 20);
    let (_, settings) = GUIDE.split_once("## Settings").unwrap();
    let (settings, _) = settings.split_once("\n## ").unwrap();
    let mut documented: Vec<&str> = Vec::new();
    for row in settings.lines().filter(|line| line.starts_with("| `")) {
        let cell = row.split('|').nth(1).unwrap();
        let names = cell.split('`').skip(1).step_by(2);
        documented.extend(names.map(|name| name.split('.').next().unwrap()));
    }
    documented.dedup();
    documented.sort_unstable();
    let mut known = KEYS;
    known.sort_unstable();
    assert_eq!(documented, known);
}

#[test]
fn the_guide_names_every_failure_of_a_model() {
    use crate::model::ModelErrorKind as Kind;
    let kinds = [
        Kind::UnknownVendor,
        Kind::KeyMissing,
        Kind::KeyRefused,
        Kind::AddressRefused,
        Kind::NotFound,
        Kind::Rejected,
        Kind::ContextOverflow,
        Kind::RateLimited,
        Kind::Unavailable,
        Kind::Unreachable,
        Kind::Timeout,
        Kind::Broken,
        Kind::Malformed,
    ];
    for kind in kinds {
        assert!(GUIDE.contains(&format!("`{}`", kind.code())), "{kind:?}");
    }
}

proptest::proptest! {
    /// Whatever is in a file, it is read or refused with a line that is there.
    #[test]
    fn any_text_is_read_or_refused(text in "(---\n)?([a-z]{0,6}[:\\-\\[{&*|>\"' \n\t#]{0,3}){0,20}(\n---\n)?.{0,20}") {
        if let Err(bad) = Agent::from_markdown("helper", &text) {
            proptest::prop_assert!(bad.line >= 1 && bad.line <= text.lines().count() + 1, "{bad}");
        }
    }
}
