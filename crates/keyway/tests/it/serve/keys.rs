use std::os::unix::fs::PermissionsExt as _;

use http::Method;

use crate::support::{Served, World};

/// The API key in what a first start prints.
fn key_in(out: &str) -> &str {
    let line = out
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("kw_"));
    line.unwrap_or_else(|| panic!("no key in {out:?}"))
}

#[tokio::test]
async fn the_first_start_shows_its_key_once() {
    let world = World::new();
    let first = Served::start(&world, &[]);
    let address = first.address;
    let log = first.log();
    let (status, out) = first.stop().await;
    assert!(status.success());
    let key = key_in(&out).to_owned();
    let pasted = format!(r#""headers": {{ "Authorization": "Bearer {key}" }}"#);
    assert!(
        out.contains(&pasted) && out.contains(&format!("http://{address}/mcp")),
        "{out}"
    );
    assert!(!log.contains(&key), "the key is in the log");

    let second = Served::start(&world, &[]);
    let answer = second
        .ask(Method::GET, "/v1/actions")
        .bearer(&key)
        .send()
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let (_, out) = second.stop().await;
    assert_eq!(out, "");
    for file in std::fs::read_dir(world.path(".keyway")).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(
            mode & 0o077,
            0,
            "{} is open to others",
            file.path().display()
        );
        let bytes = std::fs::read(file.path()).unwrap();
        let found = bytes.windows(key.len()).any(|part| part == key.as_bytes());
        assert!(!found, "the key is in {}", file.path().display());
    }
}

/// Starts where a start must fail; what it told.
fn refused(world: &World) -> String {
    let ran = world.run(&["serve", "--bind", "127.0.0.1:0"]);
    assert_eq!(ran.code, 1, "{}", ran.told());
    ran.err
}

#[tokio::test]
async fn a_master_key_that_is_missing_wrong_or_readable_stops_the_start() {
    let world = World::new();
    Served::start(&world, &[]).stop().await;
    let file = world.path(".keyway/master.key");
    let key = std::fs::read_to_string(&file).unwrap();

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let told = refused(&world);
    assert!(
        told.contains("mode 644") && told.contains("chmod 600"),
        "{told}"
    );

    std::fs::remove_file(&file).unwrap();
    let told = refused(&world);
    assert!(told.contains("missing"), "{told}");
    assert!(!file.exists(), "a new key was made over old data");

    let other = world.with(
        "KEYWAY_MASTER_KEY",
        &"00112233445566778899aabbccddeeff".repeat(2),
    );
    let told = refused(&other);
    assert!(
        told.contains("another master key") && !told.contains("0011"),
        "{told}"
    );
    assert!(!file.exists());

    let right = other.with("KEYWAY_MASTER_KEY", key.trim());
    let (status, _) = Served::start(&right, &[]).stop().await;
    assert!(status.success());
}

#[tokio::test]
async fn a_key_revoked_from_the_command_line_stops_working() {
    let world = World::new();
    let served = Served::start(&world, &[]);
    let made = world
        .run(&["--json", "api-keys", "create", "second"])
        .ok()
        .json();
    let key = made["key"].as_str().unwrap();
    let status = |key: String| {
        let ask = served.ask(Method::GET, "/v1/actions").bearer(&key);
        async move { ask.send().await.status() }
    };
    assert_eq!(status(key.to_owned()).await, 200);
    let id = made["id"].as_str().unwrap();
    world.run(&["api-keys", "revoke", id]).ok();
    crate::support::wait::until("the key to be refused", || async {
        status(key.to_owned()).await == 401
    })
    .await;
}
