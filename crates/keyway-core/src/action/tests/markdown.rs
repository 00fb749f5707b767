use proptest::prelude::*;
use serde_json::{Value, json};

use crate::action::markdown::{cell, render, render_text, scalar};
use crate::rpc::RawJson;

#[test]
fn the_five_shapes() {
    assert_eq!(
        render(&json!({ "name": "a", "age": 3, "mail": null }), 5),
        "- **name:** a\n- **age:** 3\n- **mail:** null"
    );
    assert_eq!(
        render(
            &json!({ "user": { "name": "a", "team": { "slug": "t" } } }),
            5
        ),
        "## user\n\n- **name:** a\n\n### team\n\n- **slug:** t"
    );
    assert_eq!(
        render(&json!([{ "a": 1, "b": "x" }, { "b": "y", "a": 2 }]), 5),
        "| a | b |\n| --- | --- |\n| 1 | x |\n| 2 | y |"
    );
    assert_eq!(render(&json!(["a", 1, true]), 5), "- a\n- 1\n- true");
    assert_eq!(
        render(&json!({ "a": { "b": { "c": 1 } } }), 2),
        "## a\n\n### b\n\n```json\n{\n  \"c\": 1\n}\n```"
    );
}

#[test]
fn the_depth_limit_of_five_renders_five_levels() {
    let deep = json!({ "a": { "b": { "c": { "d": { "e": { "f": 1 } } } } } });
    let text = render(&deep, 5);
    assert!(
        text.contains("###### e\n\n```json\n{\n  \"f\": 1\n}\n```"),
        "{text}"
    );
    assert!(render(&deep, 6).ends_with("###### e\n\n- **f:** 1"));
    assert!(render(&deep, 0).starts_with("```json\n{"));
}

#[test]
fn headings_end_at_the_sixth_level() {
    let deep = json!({ "a": { "b": { "c": { "d": { "e": { "f": { "g": 1 } } } } } } });
    assert!(render(&deep, 9).ends_with("###### e\n\n**f**\n\n- **g:** 1"));
}

#[test]
fn scalars_stand_before_nested_keys() {
    assert_eq!(
        render(&json!({ "nested": { "x": 1 }, "after": 2 }), 5),
        "- **after:** 2\n\n## nested\n\n- **x:** 1"
    );
}

#[test]
fn nested_cells_and_mixed_arrays_are_told_item_by_item() {
    assert_eq!(
        render(&json!([{ "a": { "b": 1 } }, { "a": { "b": 2 } }]), 5),
        "## 1\n\n### a\n\n- **b:** 1\n\n## 2\n\n### a\n\n- **b:** 2"
    );
    assert_eq!(
        render(&json!({ "all": [1, { "a": 2 }, [3]] }), 5),
        "## all\n\n### 1\n\n1\n\n### 2\n\n- **a:** 2\n\n### 3\n\n- 3"
    );
    assert_eq!(
        render(&json!([{ "a,b": 1 }, { "a": 1, "b": 2 }]), 5),
        "## 1\n\n- **a,b:** 1\n\n## 2\n\n- **a:** 1\n- **b:** 2"
    );
}

#[test]
fn pipes_backslashes_and_line_breaks_keep_the_table_whole() {
    assert_eq!(
        render(&json!([{ "k|ey": "a|b\\c\r\nd\ne" }]), 5),
        "| k\\|ey |\n| --- |\n| a\\|b\\\\c<br>d<br>e |"
    );
    assert_eq!(
        render(&json!(["a\nb", "# x", "- y"]), 5),
        "- a<br>b\n- \\# x\n- \\- y"
    );
}

#[test]
fn dates_are_text_and_empty_values_are_shown() {
    assert_eq!(
        render(
            &json!([{ "on": "2026-11-21", "at": "2026-11-21T10:00:00Z" }]),
            5
        ),
        "| on | at |\n| --- | --- |\n| 2026-11-21 | 2026-11-21T10:00:00Z |"
    );
    assert_eq!(
        render(&json!({ "list": [], "map": {}, "text": "" }), 5),
        "- **list:** []\n- **map:** {}\n- **text:** \"\""
    );
    assert_eq!(render(&json!([{}, {}]), 5), "- {}\n- {}");
    for (empty, text) in [
        (json!({}), "{}"),
        (json!([]), "[]"),
        (json!(null), "null"),
        (json!(""), "\"\""),
    ] {
        assert_eq!(render(&empty, 5), text);
    }
}

#[test]
fn a_text_by_itself_is_passed_on_and_fences_in_data_do_not_end_the_block() {
    assert_eq!(render(&json!("# Title\n\ntext"), 5), "# Title\n\ntext");
    let text = render(&json!({ "a": ["```\nescape", "````"] }), 1);
    assert!(
        text.starts_with("## a\n\n`````json\n") && text.ends_with("\n`````"),
        "{text}"
    );
}

#[test]
fn numbers_keep_every_digit() {
    let data = r#"{"a": 340282366920938463463374607431768211455, "b": -1.50, "c": [1e400]}"#;
    let text = render_text(&RawJson::parse(data.into()).unwrap(), 5);
    assert_eq!(
        text,
        "- **a:** 340282366920938463463374607431768211455\n- **b:** -1.50\n\n## c\n\n- 1e400"
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        r"[a-z`|\\*_#\n\r<>\[\]{}, -]{0,12}",
        "\\PC{0,8}",
        any::<String>()
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..5)
                .prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

/// A scalar is in the output when one of its three written forms is: in a list, in a table, or as
/// JSON in a fenced block; a text alone at the root may also stand as it is.
fn is_told(value: &Value, output: &str) -> bool {
    let as_is = value
        .as_str()
        .is_some_and(|text| !text.is_empty() && output == text);
    as_is
        || [scalar(value), cell(value), value.to_string()]
            .iter()
            .any(|form| output.contains(form.as_str()))
}

fn every_scalar(value: &Value, check: &mut impl FnMut(&Value)) {
    match value {
        Value::Array(all) => all.iter().for_each(|item| every_scalar(item, check)),
        Value::Object(map) => {
            for (key, item) in map {
                check(&Value::from(key.as_str()));
                every_scalar(item, check);
            }
        }
        scalar => check(scalar),
    }
}

proptest! {
    #[test]
    fn it_never_panics_and_tells_every_scalar_and_key(value in any_json(), limit in 0..7usize) {
        let output = render(&value, limit);
        let mut missing = Vec::new();
        every_scalar(&value, &mut |scalar| {
            if !is_told(scalar, &output) {
                missing.push(scalar.clone());
            }
        });
        prop_assert!(missing.is_empty(), "{missing:?} not in {output}");
    }

    #[test]
    fn a_table_has_as_many_cells_in_every_row(
        rows in prop::collection::vec(("[a|\\\\\r\nb]{0,6}", "[a|\\\\\r\nb]{0,6}"), 1..5)
    ) {
        let value: Vec<_> = rows.iter().map(|(x, y)| json!({ "x|": x, "y": y })).collect();
        let output = render(&value.into(), 5);
        prop_assert_eq!(output.lines().count(), rows.len() + 2);
        for line in output.lines() {
            let (mut bars, mut escaped) = (0, false);
            for c in line.chars() {
                match c {
                    '\\' if !escaped => escaped = true,
                    '|' if !escaped => bars += 1,
                    _ => escaped = false,
                }
            }
            prop_assert_eq!(bars, 3, "{}", line);
        }
    }
}
