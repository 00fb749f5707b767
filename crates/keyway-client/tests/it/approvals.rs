use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use keyway_client::approvals::{
    AllowList, Approvals, FileProblem, Fingerprint, Standing, Target, ToolKey,
};
use keyway_client::{Decision, DefinitionChange};
use keyway_core::ports::Clock;
use keyway_core::rpc::RawJson;
use keyway_mcp::upstream::{Http, ServerSpec, Transport};

struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}

fn approvals(home: &Path) -> Approvals {
    Approvals::new(home, AllowList::default(), Arc::new(Epoch))
}

fn address(url: &str) -> Fingerprint {
    Fingerprint::of(&ServerSpec::new("x", Transport::Http(Http::new(url))))
}

fn key() -> ToolKey {
    ToolKey {
        profile: String::new(),
        server: "files".into(),
        address: address("https://files.example/mcp"),
        tool: "write_file".into(),
    }
}

fn target(key: ToolKey, definition: &str) -> Target {
    Target::new(key, RawJson::parse(definition.to_owned().into()).unwrap())
}

const DEFINITION: &str = r#"{"name":"write_file","description":"writes","inputSchema":{}}"#;
const PULLED: &str = r#"{"name":"write_file","description":"deletes","inputSchema":{}}"#;

fn asks() -> Standing {
    Standing::Ask {
        changed: None,
        warning: None,
    }
}

fn warning(standing: Standing) -> String {
    let Standing::Ask { warning, .. } = standing else {
        panic!("it is allowed");
    };
    warning.unwrap_or_default()
}

#[test]
fn always_holds_in_later_processes_and_is_revoked() {
    let home = tempfile::tempdir().unwrap();
    let target = target(key(), DEFINITION);
    assert_eq!(approvals(home.path()).standing(&target), asks());
    let first = approvals(home.path());
    first.record(&target, &Decision::Always).unwrap();
    let second = approvals(home.path());
    assert_eq!(second.standing(&target), Standing::Allowed);
    let listed = second.remembered().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].key, target.key);
    assert!(second.revoke("no-such").unwrap().is_none());
    assert_eq!(second.revoke(&listed[0].id).unwrap().unwrap(), listed[0]);
    // The process that was given the answer learns of it, too.
    assert_eq!(first.standing(&target), asks());
    first.record(&target, &Decision::Always).unwrap();
    assert_eq!(second.revoke_all().unwrap(), 1);
    assert_eq!(first.standing(&target), asks());
}

#[test]
fn once_and_session_leave_no_answer_behind() {
    let home = tempfile::tempdir().unwrap();
    let target = target(key(), DEFINITION);
    let own = approvals(home.path());
    own.record(&target, &Decision::Once).unwrap();
    assert_eq!(own.standing(&target), asks());
    own.record(&target, &Decision::Session).unwrap();
    assert_eq!(own.standing(&target), Standing::Allowed);
    assert_eq!(approvals(home.path()).standing(&target), asks());
    assert!(own.remembered().unwrap().is_empty());
    let denied = Decision::Deny { reason: None };
    let other = approvals(home.path());
    other.record(&target, &denied).unwrap();
    assert_eq!(other.standing(&target), asks());
}

#[test]
fn a_changed_definition_is_asked_about_with_what_it_said_before() {
    let home = tempfile::tempdir().unwrap();
    for decision in [Decision::Once, Decision::Session, Decision::Always] {
        let own = approvals(home.path());
        own.revoke_all().unwrap();
        own.record(&target(key(), DEFINITION), &decision).unwrap();
        for process in [&own, &approvals(home.path())] {
            let Standing::Ask { changed, .. } = process.standing(&target(key(), PULLED)) else {
                panic!("a changed definition is allowed after {decision:?}");
            };
            let DefinitionChange { before, after } = changed.expect("what changed");
            assert!(before.contains("\"writes\"") && !before.contains("deletes"));
            assert!(after.contains("\"deletes\""));
        }
    }
    // Agreeing to the new one once ends what was agreed to the old one.
    let own = approvals(home.path());
    own.record(&target(key(), PULLED), &Decision::Once).unwrap();
    let later = approvals(home.path());
    assert_ne!(
        later.standing(&target(key(), DEFINITION)),
        Standing::Allowed
    );
    assert_eq!(later.standing(&target(key(), PULLED)), asks());
}

#[test]
fn another_server_place_or_project_inherits_nothing() {
    let home = tempfile::tempdir().unwrap();
    let own = approvals(home.path());
    own.record(&target(key(), DEFINITION), &Decision::Always)
        .unwrap();
    own.record(&target(key(), DEFINITION), &Decision::Session)
        .unwrap();
    let others = [
        ToolKey {
            server: "renamed".into(),
            ..key()
        },
        ToolKey {
            address: address("https://stranger.example/mcp"),
            ..key()
        },
        ToolKey {
            profile: "/cloned/repository".into(),
            ..key()
        },
        ToolKey {
            tool: "write_files".into(),
            ..key()
        },
    ];
    for other in others {
        assert_eq!(
            own.standing(&target(other.clone(), DEFINITION)),
            asks(),
            "{other:?}"
        );
    }
}

#[test]
fn what_others_may_write_or_nobody_can_read_remembers_nothing() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("approvals.json");
    let target = target(key(), DEFINITION);
    approvals(home.path())
        .record(&target, &Decision::Always)
        .unwrap();
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let good = fs::read_to_string(&file).unwrap();

    for mode in [0o666, 0o620, 0o602] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let told = warning(approvals(home.path()).standing(&target));
        assert!(
            told.contains("may be changed by others"),
            "{mode:o}: {told}"
        );
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(warning(approvals(home.path()).standing(&target)).contains("its folder"));
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();

    let forged = good.replace("writes", "forged");
    let newer = good.replacen("\"version\": 1", "\"version\": 2", 1);
    let half = &good[..good.len() / 2];
    for (text, says) in [
        ("", "cannot be understood"),
        ("[]", "cannot be understood"),
        ("{\"allow\":true}", "cannot be understood"),
        (half, "cannot be understood"),
        (forged.as_str(), "cannot be understood"),
        (newer.as_str(), "newer version"),
    ] {
        fs::write(&file, text).unwrap();
        let own = approvals(home.path());
        let told = warning(own.standing(&target));
        assert!(told.contains(says), "{told}");
        assert!(own.remembered().is_err());
        // It is not written over: somebody may want to look at it.
        assert!(own.record(&target, &Decision::Always).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        // The answer holds here all the same.
        assert_eq!(own.standing(&target), Standing::Allowed);
    }
    fs::write(&file, "garbage").unwrap();
    assert_eq!(approvals(home.path()).revoke_all().unwrap(), 0);
    assert!(!file.exists() && home.path().join("approvals.json.unusable").exists());
    approvals(home.path())
        .record(&target, &Decision::Always)
        .unwrap();
    fs::write(&file, good).unwrap();
    assert_eq!(approvals(home.path()).standing(&target), Standing::Allowed);
}

#[test]
fn processes_at_once_lose_no_answer() {
    let home = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for process in 0..8 {
            let home = home.path();
            scope.spawn(move || {
                let own = approvals(home);
                for at in 0..10 {
                    let tool = format!("tool-{process}-{at}");
                    let target = target(ToolKey { tool, ..key() }, DEFINITION);
                    own.record(&target, &Decision::Always).unwrap();
                }
            });
        }
    });
    assert_eq!(approvals(home.path()).remembered().unwrap().len(), 80);
}

#[test]
fn a_lock_that_is_never_let_go_costs_ten_seconds_and_no_answer() {
    let home = tempfile::tempdir().unwrap();
    let target = target(key(), DEFINITION);
    let lock = fs::File::create(home.path().join("approvals.lock")).unwrap();
    lock.lock().unwrap();
    let own = approvals(home.path());
    let error = own.record(&target, &Decision::Always).unwrap_err();
    assert_eq!(error.problem, FileProblem::Locked);
    // It holds in this process.
    assert_eq!(own.standing(&target), Standing::Allowed);
}

#[test]
fn the_allow_list_names_exactly_and_only_the_persons_own_servers() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("allow.json");
    let write = |text: &str, mode: u32| {
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    };
    assert!(AllowList::read(&file).1.is_none());
    write(r#"{"allow":["files/write_file"]}"#, 0o600);
    let (allow, wrong) = AllowList::read(&file);
    assert_eq!(wrong, None);
    let own = Approvals::new(home.path(), allow, Arc::new(Epoch));
    assert_eq!(own.standing(&target(key(), DEFINITION)), Standing::Allowed);
    let cloned = ToolKey {
        profile: "/cloned".into(),
        ..key()
    };
    assert_eq!(own.standing(&target(cloned.clone(), DEFINITION)), asks());

    for (text, mode) in [
        (r#"{"allow":["files/write_file"]}"#, 0o666),
        (r#"{"allow":["files/*"]}"#, 0o600),
        (r#"{"allow":["files/write_file","files"]}"#, 0o600),
        (r#"{"allow":"files/write_file"}"#, 0o600),
        (r#"{"allow":["files/write_file"],"all":true}"#, 0o600),
        ("files/write_file", 0o600),
    ] {
        write(text, mode);
        let (allow, wrong) = AllowList::read(&file);
        assert!(wrong.is_some(), "{text}");
        assert!(!allow.admits("", "files", "write_file"), "{text}");
    }
    let mut given = AllowList::default();
    given.give("files/write_file").unwrap();
    let own = Approvals::new(home.path(), given, Arc::new(Epoch));
    assert_eq!(own.standing(&target(cloned, DEFINITION)), Standing::Allowed);
}
