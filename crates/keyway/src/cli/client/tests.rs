use super::kind::{Credential, Kind};
use super::merge::{Merged, NotMerged, merge};

const URL: &str = "http://127.0.0.1:8420/mcp";

fn merged(text: &str, kind: Kind) -> String {
    match merge(text, kind, "keyway", URL, Credential::Referred).unwrap() {
        Merged::Changed { text, .. } => text,
        Merged::Same => panic!("nothing changed"),
    }
}

#[test]
fn a_new_file_has_the_entry_only() {
    insta::assert_snapshot!(merged("", Kind::ClaudeCode), @r#"
    {
      "mcpServers": {
        "keyway": {
          "type": "http",
          "url": "http://127.0.0.1:8420/mcp",
          "headers": {
            "Authorization": "Bearer ${KEYWAY_API_KEY}"
          }
        }
      }
    }
    "#);
    insta::assert_snapshot!(merged("", Kind::Cursor), @r#"
    {
      "mcpServers": {
        "keyway": {
          "url": "http://127.0.0.1:8420/mcp",
          "headers": {
            "Authorization": "Bearer ${env:KEYWAY_API_KEY}"
          }
        }
      }
    }
    "#);
    insta::assert_snapshot!(merged("", Kind::Vscode), @r#"
    {
      "servers": {
        "keyway": {
          "type": "http",
          "url": "http://127.0.0.1:8420/mcp",
          "headers": {
            "Authorization": "Bearer ${input:keyway-api-key}"
          }
        }
      },
      "inputs": [
        {
          "type": "promptString",
          "id": "keyway-api-key",
          "description": "Keyway API key",
          "password": true
        }
      ]
    }
    "#);
}

#[test]
fn everything_else_stays_as_it_is() {
    let before = "{\n    // mine\n    \"inputs\": [{\"id\": \"other\"}],\n    \"servers\": {\n        \"a\": {\"command\": \"x\"}, // keep\n    },\n    \"other\": [1,2]\n}\n";
    insta::assert_snapshot!(merged(before, Kind::Vscode), @r#"
    {
        // mine
        "inputs": [{"id": "other"},
            {
                "type": "promptString",
                "id": "keyway-api-key",
                "description": "Keyway API key",
                "password": true
            }],
        "servers": {
            "a": {"command": "x"}, // keep
            "keyway": {
                "type": "http",
                "url": "http://127.0.0.1:8420/mcp",
                "headers": {
                    "Authorization": "Bearer ${input:keyway-api-key}",
                },
            },
        },
        "other": [1,2]
    }
    "#);
}

#[test]
fn doing_it_twice_is_doing_it_once() {
    for kind in [Kind::ClaudeCode, Kind::Cursor, Kind::Vscode] {
        let once = merged("", kind);
        let again = merge(&once, kind, "keyway", URL, Credential::Referred).unwrap();
        assert_eq!(again, Merged::Same);
    }
}

#[test]
fn an_entry_of_the_same_name_is_replaced_and_told() {
    let before = "{\"mcpServers\": {\"keyway\": {\"url\": \"http://old/\"}, \"b\": {}}}";
    let Ok(Merged::Changed { text, replaced }) = merge(
        before,
        Kind::Cursor,
        "keyway",
        URL,
        Credential::Inline("kw_x"),
    ) else {
        panic!("not merged")
    };
    assert!(replaced && text.contains("kw_x") && text.contains("\"b\"") && !text.contains("old"));
}

#[test]
fn a_file_that_is_not_what_it_should_be_is_left_alone() {
    let refused = |text| merge(text, Kind::Cursor, "k", URL, Credential::None).unwrap_err();
    assert_eq!(refused("{\n\"a\": }"), NotMerged::Syntax(2));
    assert_eq!(refused("[]"), NotMerged::Shape("the whole file"));
    assert_eq!(
        refused("{\"mcpServers\": []}"),
        NotMerged::Shape("mcpServers")
    );
}
