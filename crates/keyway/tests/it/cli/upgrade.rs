use serde_json::{Value, json};

use crate::support::World;

const RECORD: &str = "acme/.keyway/scaffold.json";

/// A new project, as a version wrote it whose files were other ones.
fn project(older: &[(&str, &str, &str)]) -> World {
    let world = World::new();
    world.run(&["new", "acme"]).ok();
    let mut record = record(&world);
    record["version"] = json!("0.0.1");
    for (path, now, then) in older {
        let file = format!("acme/{path}");
        let text = world.read(&file);
        assert!(text.contains(now), "{path} has {now:?}");
        let text = text.replace(now, then);
        world.write(&file, &text);
        record["files"][path] = json!(text);
    }
    world.write(RECORD, &record.to_string());
    world
}

fn record(world: &World) -> Value {
    serde_json::from_str(&world.read(RECORD)).unwrap()
}

fn upgrade(world: &World, arguments: &[&str]) -> crate::support::Ran {
    let all = ["--config", "acme/keyway.yaml", "upgrade", "--json"];
    world.run(&[&all[..], arguments].concat())
}

fn done(ran: &crate::support::Ran) -> Vec<(String, String, String)> {
    let files = ran.json()["files"].clone();
    let text = |file: &Value, name: &str| file[name].as_str().unwrap().to_owned();
    let files = files.as_array().unwrap().iter();
    files
        .map(|file| (text(file, "path"), text(file, "change"), text(file, "done")))
        .collect()
}

fn told(path: &str, change: &str, done: &str) -> (String, String, String) {
    (path.to_owned(), change.to_owned(), done.to_owned())
}

#[test]
fn what_was_written_follows_and_what_was_changed_stays() {
    let older = [
        (
            "README.md",
            "An integration without code",
            "Something without code",
        ),
        ("AGENTS.md", "## Layout", "## Where things are"),
        (".gitignore", ".env\n", "env\n"),
    ];
    let world = project(&older);
    let agents = world.read("acme/AGENTS.md");
    world.write(
        "acme/AGENTS.md",
        &format!("{agents}\nAsk Ada before a release.\n"),
    );
    std::fs::remove_file(world.path("acme/.env.example")).unwrap();
    world.write("acme/mine.md", "mine\n");
    let before = record(&world);

    let expected = |done: &str| {
        vec![
            told(".env.example", "leave", "left"),
            told(".gitignore", "replace", done),
            told("AGENTS.md", "merge", done),
            told("README.md", "replace", done),
        ]
    };
    let dry = upgrade(&world, &["--dry-run"]).ok();
    assert_eq!(done(&dry), expected("would be written"));
    assert_eq!(record(&world), before);
    let refused = upgrade(&world, &[]);
    assert_eq!(refused.code, 2, "nobody can be asked");
    assert!(refused.err.contains("not_a_terminal"), "{}", refused.told());
    let ran = upgrade(&world, &["--yes"]).ok();
    assert_eq!(done(&ran), expected("written"));
    let agents = world.read("acme/AGENTS.md");
    assert!(agents.contains("## Layout") && agents.ends_with("Ask Ada before a release.\n"));
    assert!(
        world
            .read("acme/README.md")
            .contains("An integration without code")
    );
    assert!(!world.path("acme/.env.example").exists());
    assert_eq!(world.read("acme/mine.md"), "mine\n");
    let again = upgrade(&world, &["--yes"]).ok();
    assert_eq!(done(&again), [told(".env.example", "leave", "left")]);
}

#[test]
fn where_both_changed_the_same_lines_nothing_is_written_unless_marks_are_wanted() {
    let older = [(
        "README.md",
        "An integration without code",
        "Something without code",
    )];
    let world = project(&older);
    let mine = world
        .read("acme/README.md")
        .replace("Something without", "My own with");
    world.write("acme/README.md", &mine);
    let ran = upgrade(&world, &["--yes"]);
    assert_eq!(
        (ran.code, done(&ran)),
        (1, vec![told("README.md", "conflict", "left")])
    );
    assert_eq!(world.read("acme/README.md"), mine);
    assert_eq!(record(&world)["version"], "0.0.1", "it is still to be done");
    let ran = upgrade(&world, &["--yes", "--mark-conflicts"]).ok();
    assert_eq!(done(&ran), [told("README.md", "conflict", "written")]);
    let marked = world.read("acme/README.md");
    assert!(marked.contains("<<<<<<<") && marked.contains("My own with code"));
    assert!(marked.contains("An integration without code"));
}

#[test]
fn copied_pages_follow_and_no_record_leads_outside() {
    let world = World::new();
    world.run(&["new", "acme"]).ok();
    let export = ["--config", "acme/keyway.yaml", "templates", "export"];
    world
        .run(&[&export[..], &["--dir", "acme/templates"]].concat())
        .ok();
    let mut known = record(&world);
    let pages = known["pages"].as_object().unwrap();
    let (path, page) = pages.iter().next().unwrap();
    let (path, text) = (path.clone(), page["text"].as_str().unwrap().to_owned());
    let older = format!("{text}<!-- as it was -->\n");
    known["pages"][&path]["text"] = json!(older);
    world.write(&format!("acme/{path}"), &older);
    world.write(RECORD, &known.to_string());
    let ran = upgrade(&world, &["--yes"]).ok();
    assert_eq!(done(&ran), [told(&path, "replace", "written")]);
    assert_eq!(world.read(&format!("acme/{path}")), text);

    let page = known["pages"][&path]["page"].clone();
    world.write("outside.html", "mine");
    world.write("acme/.git/config", "mine");
    for outside in [
        "../outside.html",
        "/etc/passwd",
        ".git/config",
        "link/outside.html",
    ] {
        let mut known = record(&world);
        known["pages"] = json!({ outside: { "page": page, "text": "mine" } });
        world.write(RECORD, &known.to_string());
        if outside.starts_with("link") {
            std::os::unix::fs::symlink(world.path(""), world.path("acme/link")).unwrap();
        }
        let refused = upgrade(&world, &["--yes"]);
        assert_eq!(refused.code, 2, "{}", refused.told());
        assert!(refused.err.contains("path_outside"), "{}", refused.told());
    }
    assert_eq!(world.read("outside.html"), "mine");
    assert_eq!(world.read("acme/.git/config"), "mine");
    let none = World::new().run(&["upgrade"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("no record"), "{}", none.told());
}

#[test]
fn attack_a_record_that_is_a_link_is_neither_read_nor_written() {
    // What a repository of somebody else may bring: another program's file is no record.
    for linked in [".keyway/scaffold.json", ".keyway"] {
        let world = World::new();
        world.run(&["new", "acme"]).ok();
        let theirs = r#"{ "version": "0.0.1", "name": "theirs", "private": true }"#;
        world.write("theirs/scaffold.json", theirs);
        let (record, folder) = (world.path(RECORD), world.path("acme/.keyway"));
        std::fs::remove_file(&record).unwrap();
        let made = if linked == ".keyway" {
            std::fs::remove_dir_all(&folder).unwrap();
            std::os::unix::fs::symlink(world.path("theirs"), folder)
        } else {
            std::os::unix::fs::symlink(world.path("theirs/scaffold.json"), record)
        };
        made.unwrap();
        let refused = upgrade(&world, &["--yes"]);
        assert_eq!(refused.code, 2, "{}", refused.told());
        assert!(
            refused.err.contains("bad_scaffold_record"),
            "{}",
            refused.told()
        );
        assert_eq!(world.read("theirs/scaffold.json"), theirs);
    }
}
