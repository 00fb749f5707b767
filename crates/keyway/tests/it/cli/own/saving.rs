//! Resources as files.

use std::os::unix::fs::PermissionsExt as _;

use super::world::Own;

fn every_byte() -> Vec<u8> {
    (0..=255).collect()
}

#[test]
fn bytes_are_described_and_saved_whole() {
    let own = Own::new();
    let read = own.mcp(&["read", "peer", "test://bytes"]).ok();
    assert_eq!(read.out, "[blob image/png, about 258 bytes]\n");
    assert!(read.err.contains("--out FILE"), "{}", read.told());

    let saved = own
        .mcp(&["read", "peer", "test://bytes", "--out", "a.png"])
        .ok();
    assert_eq!(saved.out, "256 bytes saved in DIR/a.png\n");
    assert_eq!(
        std::fs::read(own.world.path("a.png")).unwrap(),
        every_byte()
    );
    // Any new file gets such rights here.
    own.world.write("usual", "");
    let mode = |name: &str| {
        let file = std::fs::metadata(own.world.path(name)).unwrap();
        file.permissions().mode() & 0o777
    };
    assert_eq!(mode("a.png"), mode("usual"));

    let text = ["read", "@peer:test://static", "--out", "a.txt", "--json"];
    let saved = own.mcp(&text).ok().json();
    assert_eq!(
        (&saved["bytes"], &saved["mimeType"]),
        (&8.into(), &().into())
    );
    assert_eq!(own.world.read("a.txt"), "the text");

    let piped = own
        .world
        .command(&["mcp", "read", "peer", "test://bytes", "--out", "-"])
        .output()
        .unwrap();
    assert_eq!(piped.stdout, every_byte());
    let shown = own.type_at(&["read", "peer", "test://bytes", "--out", "-"]);
    shown.expect("bytes are not written to a terminal");
    assert_eq!(shown.end().0, 2);
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_that_is_said() {
    let own = Own::new();
    own.world.write("kept", "mine");
    std::fs::set_permissions(
        own.world.path("kept"),
        std::fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    std::os::unix::fs::symlink("kept", own.world.path("link")).unwrap();
    let read = ["read", "peer", "test://bytes", "--out"];
    for name in ["kept", "link"] {
        let refused = own.mcp(&[&read[..], &[name]].concat());
        let hint = "is there already; nothing was written\n  help: --force replaces it\n";
        assert_eq!(refused.code, 2, "{}", refused.told());
        assert!(refused.err.ends_with(hint), "{}", refused.told());
    }
    for (name, why) in [
        ("home", "is a directory"),
        ("no/file", "its folder does not exist"),
    ] {
        let refused = own.mcp(&[&read[..], &[name, "--force"]].concat());
        assert_eq!(refused.code, 2, "{}", refused.told());
        assert!(refused.err.contains(why), "{}", refused.told());
    }
    // None of these asked the server for anything.
    assert!(own.peer.seen("resources/read").is_empty());
    assert_eq!(own.world.read("kept"), "mine");

    own.mcp(&[&read[..], &["link", "--force"]].concat()).ok();
    let link = own.world.path("link");
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(std::fs::read(&link).unwrap(), every_byte());
    let mode = link.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the rights stay");
    own.mcp(&[&read[..], &["/dev/null", "--force"]].concat())
        .ok();
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn what_is_no_one_content_is_told_and_nothing_is_written() {
    let own = Own::new();
    for (uri, why) in [
        ("test://broken", "neither text nor base64"),
        ("test://two", "has 2 contents"),
    ] {
        let refused = own.mcp(&["read", "peer", uri, "--out", "a"]);
        assert_eq!(refused.code, 1, "{}", refused.told());
        assert!(refused.err.contains(why), "{}", refused.told());
        assert!(!own.world.path("a").exists());
    }
    let both = own.mcp(&["read", "peer", "test://bytes", "--out", "-", "--json"]);
    assert_eq!(both.code, 2, "{}", both.told());
    assert_eq!(own.mcp(&["read", "peer", "x://y", "--force"]).code, 2);
}
