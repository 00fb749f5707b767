use std::fmt::Write as _;

use super::*;

fn yaml_fault(text: &str) -> String {
    yaml(text).err().expect("refused").to_string()
}

fn json_fault(text: &str) -> String {
    json(text).err().expect("refused").to_string()
}

#[test]
fn both_formats_read_the_same_values_with_positions() {
    let from_yaml = yaml("a: 1\nb:\n  - text\n  - true\n  - null\nc: \"2\"\n").unwrap();
    let from_json =
        json("{\n \"a\": 1, // one\n \"b\": [\"text\", true, null],\n \"c\": \"2\",\n}").unwrap();
    assert_eq!(from_yaml.to_json(), from_json.to_json());
    assert_eq!(from_yaml.get("c").unwrap().at, At { line: 6, column: 4 });
    assert_eq!(from_json.get("c").unwrap().at, At { line: 4, column: 7 });
}

#[test]
fn an_empty_file_is_nothing() {
    assert!(
        yaml("# only a comment\n")
            .unwrap()
            .members()
            .unwrap()
            .is_empty()
    );
    assert!(
        json("// only a comment\n")
            .unwrap()
            .members()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn duplicate_keys_are_refused() {
    insta::assert_snapshot!(yaml_fault("a: 1\nb: 2\na: 3\n"), @"3:1: this key is there twice (first on line 1)");
    insta::assert_snapshot!(json_fault("{\"a\": 1,\n \"a\": 2}"), @"2:2: this key is there twice (first on line 1)");
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        let items = vec![format!("*a{before}"); 10].join(", ");
        let _ = writeln!(bomb, "a{level}: &a{level} [{items}]");
    }
    insta::assert_snapshot!(yaml_fault(&bomb), @"5:25: more than 50000 values, with aliases written out");
}

#[test]
fn an_alias_is_written_out() {
    let node = yaml("a: &shared {b: 1}\nc: *shared\n").unwrap();
    assert_eq!(
        node.get("c").unwrap().to_json(),
        serde_json::json!({"b": 1})
    );
}

#[test]
fn depth_tags_second_documents_and_cycles_are_refused() {
    insta::assert_snapshot!(yaml_fault(&"[".repeat(40)), @"1:33: deeper than 32 levels");
    insta::assert_snapshot!(json_fault(&format!("{}{}", "[".repeat(40), "]".repeat(40))), @"1:34: deeper than 32 levels");
    insta::assert_snapshot!(yaml_fault("a: !!python/object x"), @"1:4: tags (`!…`) have no meaning here");
    insta::assert_snapshot!(yaml_fault("a: 1\n---\nb: 2\n"), @"2:1: a second document begins here");
    insta::assert_snapshot!(yaml_fault("a: &a [*a]"), @"1:8: an alias of something that contains it");
}

#[test]
fn syntax_errors_say_where() {
    insta::assert_snapshot!(yaml_fault("a: [1, 2\nb: 3\n"), @"2:2: illegal placement of ':' indicator");
    insta::assert_snapshot!(json_fault("{\n  \"a\": 1\n  \"b\": 2\n}"), @"2:9: expected comma");
    insta::assert_snapshot!(json_fault("{\"a\": canary}"), @"1:7: unexpected token");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_either_reader_panic(text in "[ -~\n]{0,200}") {
        let _ = yaml(&text);
        let _ = json(&text);
    }
}
