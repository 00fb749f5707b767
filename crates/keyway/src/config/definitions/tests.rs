use std::fs;

use crate::config::tests::World;

const WHOLE: &str = "\
credentials:
  acme:
    fields:
      apiKey: {}
apps:
  acme:
    base_url: https://api.acme.example
    headers:
      Authorization: 'Bearer {{ credentials.acme.apiKey }}'
";

fn world(yaml: &str, files: &[(&str, &str)]) -> World {
    let world = World::new(yaml);
    for (name, text) in files {
        let path = world.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    world
}

fn told(yaml: &str, files: &[(&str, &str)]) -> String {
    let world = world(yaml, files);
    world.load_with(&[], Vec::new()).map(|_| ()).unwrap_err()
}

#[test]
fn the_file_and_the_folder_define_together() {
    let files = [
        (
            "definitions/a.yaml",
            "actions:\n  acme:list:\n    app: acme\n    http: { url: /x }\n",
        ),
        (
            "definitions/deep/b.json",
            r#"{ "actions": { "acme:one": { "app": "acme", "http": { "url": "/y" } } } }"#,
        ),
        ("definitions/acme.overrides.yaml", "not: a manifest\n"),
        ("definitions/.hidden.yaml", "not: a manifest\n"),
        ("definitions/notes.txt", "not a manifest"),
        ("definitions/empty.yml", "# nothing yet\n"),
    ];
    let world = world(WHOLE, &files);
    let config = world.load_with(&[], Vec::new()).unwrap().config;
    let defined = &config.definitions;
    let slugs: Vec<_> = defined
        .actions
        .iter()
        .map(keyway_core::Action::slug)
        .collect();
    assert_eq!(slugs, ["acme:list", "acme:one"]);
    assert_eq!(
        (defined.apps, defined.credentials.len(), defined.files.len()),
        (1, 1, 3)
    );
    let place = defined.actions[0].defined_at().to_string();
    assert!(place.ends_with("definitions/a.yaml:2:3"), "{place}");
    let place = defined.credentials[0].defined_at().to_string();
    assert!(place.ends_with("keyway.yaml:6:3"), "{place}");
}

#[test]
fn another_folder_can_be_named_and_has_to_be_there() {
    let files = [(
        "mine/a.yaml",
        "actions:\n  ping: { http: { url: 'https://a.example' } }\n",
    )];
    let world = world("definitions: mine\n", &files);
    let config = world.load_with(&[], Vec::new()).unwrap().config;
    assert_eq!(config.definitions.actions.len(), 1);
    insta::assert_snapshot!(
        told("definitions: nowhere\n", &[]),
        @"keyway.yaml:1:14: definitions: nowhere does not exist"
    );
}

#[test]
fn what_is_wrong_has_a_file_a_line_a_column_and_a_suggestion() {
    let files = [
        (
            "definitions/a.yaml",
            "actions:\n  acme:list:\n    app: acmee\n    http:\n      url: /x/{{ input.id }}\n      metod: GET\n    result: { select: 7 }\n",
        ),
        (
            "definitions/b.yaml",
            "actions:\n  acme:list:\n    http: { url: 'https://b.example' }\n",
        ),
        ("definitions/c.json", "{ \"actions\": { \"none\": {} } }"),
    ];
    insta::assert_snapshot!(told(&format!("{WHOLE}actoins: {{}}\n"), &files), @r"
    keyway.yaml:10:1: unknown key `actoins`
      help: did you mean `actions`?
    definitions/a.yaml:6:7: actions.acme:list.http: there is no key `metod`
      help: did you mean `method`?
    definitions/a.yaml:7:23: actions.acme:list.result.select: expected text, found a number
    definitions/b.yaml:2:3: actions: the action `acme:list` is defined twice
      help: the first one is at definitions/a.yaml:2:3
    definitions/c.json:1:16: actions.none: `http` is missing
    definitions/a.yaml:3:10: actions.acme:list.app: there is no app `acmee`
      help: did you mean `acme`?
    ");
    let broken = [("definitions/d.yaml", "actions: [\n")];
    assert!(told("", &broken).starts_with("definitions/d.yaml:"));
}

#[test]
fn a_folder_that_holds_too_much_is_refused() {
    let deep = format!("definitions/{}a.yaml", "x/".repeat(9));
    insta::assert_snapshot!(
        told("", &[(deep.as_str(), "")]),
        @"definitions: definitions: definitions cannot be used: folders nest deeper than 8 levels"
    );
}
