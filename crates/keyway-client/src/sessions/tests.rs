use std::fs;
use std::path::Path;

use jiff::Timestamp;
use keyway_agent::transcript::{Entry, Event};
use keyway_core::SessionId;

use super::*;

const FIRST: &str = "sess_01890a5d-ac96-774b-bcce-b302099a8057";
const SECOND: &str = "sess_01890a5e-0000-7000-8000-000000000002";

fn entry(seq: u64, event: Event) -> Entry {
    Entry {
        seq,
        at: Timestamp::UNIX_EPOCH,
        event,
    }
}

fn started(id: &str) -> Entry {
    let event = Event::SessionStarted {
        session: id.to_owned(),
        agent: "assistant".to_owned(),
        model: "acme/large".to_owned(),
        system: String::new(),
    };
    entry(1, event)
}

fn said(seq: u64, text: &str) -> Entry {
    entry(seq, Event::UserMessage { text: text.into() })
}

fn session(folder: &Path, id: &str, texts: &[&str]) -> Journal {
    let id: SessionId = id.parse().unwrap();
    let mut journal = Sessions::new(folder).create(&id).unwrap();
    journal.append(&started(id.as_str())).unwrap();
    for (seq, text) in (2..).zip(texts) {
        journal.append(&said(seq, text)).unwrap();
    }
    journal
}

fn path(folder: &Path, id: &str) -> std::path::PathBuf {
    folder.join(format!("{id}.jsonl"))
}

#[test]
fn what_is_appended_is_read_again_and_goes_on() {
    let home = tempfile::tempdir().unwrap();
    drop(session(home.path(), FIRST, &["hello"]));
    let sessions = Sessions::new(home.path());
    let mut opened = sessions.open(FIRST).unwrap();
    assert_eq!(
        opened.transcript.entries,
        [started(FIRST), said(2, "hello")]
    );
    assert!(!opened.transcript.cut);
    opened.journal.append(&said(3, "again")).unwrap();
    assert_eq!(sessions.load(FIRST).unwrap().entries.len(), 3);
}

#[test]
fn a_session_has_one_writer() {
    let home = tempfile::tempdir().unwrap();
    let writer = session(home.path(), FIRST, &["hello"]);
    let sessions = Sessions::new(home.path());
    let second = sessions.open(FIRST).unwrap_err();
    assert_eq!(second.code(), "session_busy");
    assert_eq!(sessions.load(FIRST).unwrap().entries.len(), 2);
    drop(writer);
    sessions.open(FIRST).unwrap();
}

#[test]
fn a_cut_last_line_is_dropped_and_said() {
    let home = tempfile::tempdir().unwrap();
    drop(session(home.path(), FIRST, &["hello"]));
    let file = path(home.path(), FIRST);
    let mut bytes = fs::read(&file).unwrap();
    let whole = bytes.len();
    bytes.extend_from_slice(br#"{"seq":3,"at":"1970-01-01T00:0"#);
    fs::write(&file, &bytes).unwrap();

    let sessions = Sessions::new(home.path());
    assert!(sessions.load(FIRST).unwrap().cut);
    assert_eq!(fs::read(&file).unwrap(), bytes, "reading changes nothing");
    let mut opened = sessions.open(FIRST).unwrap();
    assert!(opened.transcript.cut);
    assert_eq!(fs::read(&file).unwrap().len(), whole);
    opened.journal.append(&said(3, "again")).unwrap();
    drop(opened);
    assert_eq!(sessions.open(FIRST).unwrap().transcript.entries.len(), 3);
}

#[test]
fn a_last_line_without_its_end_stays() {
    let home = tempfile::tempdir().unwrap();
    drop(session(home.path(), FIRST, &["hello"]));
    let file = path(home.path(), FIRST);
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    let sessions = Sessions::new(home.path());
    let mut opened = sessions.open(FIRST).unwrap();
    opened.journal.append(&said(3, "again")).unwrap();
    assert_eq!(sessions.load(FIRST).unwrap().entries.len(), 3);
}

#[test]
fn damage_in_the_middle_is_an_error_that_names_the_line_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    drop(session(home.path(), FIRST, &["hello", "secret words"]));
    let file = path(home.path(), FIRST);
    let text = fs::read_to_string(&file).unwrap();
    for (damaged, says) in [
        (text.replacen("user_message", "user_massage", 1), "line 2"),
        (text.replacen("\"hello\"", "\"hello", 1), "no JSON"),
        (text.replacen("\"seq\":2", "\"seq\":7", 1), "entry 2"),
    ] {
        fs::write(&file, &damaged).unwrap();
        let error = Sessions::new(home.path()).open(FIRST).unwrap_err();
        assert_eq!(error.code(), "session_corrupt");
        let told = error.to_string();
        assert!(told.contains(says), "{told}");
        assert!(!told.contains("hello"), "{told}");
        assert_eq!(fs::read_to_string(&file).unwrap(), damaged);
    }
}

#[test]
fn a_session_is_found_by_last_by_id_and_by_how_only_one_begins() {
    let home = tempfile::tempdir().unwrap();
    let sessions = Sessions::new(home.path());
    assert_eq!(
        sessions.find("last").unwrap_err().code(),
        "session_not_found"
    );
    drop(session(home.path(), FIRST, &["one"]));
    drop(session(home.path(), SECOND, &["two"]));
    assert_eq!(sessions.find(FIRST).unwrap(), FIRST);
    assert_eq!(sessions.find("01890a5e").unwrap(), SECOND);
    assert_eq!(sessions.find("sess_01890a5d").unwrap(), FIRST);
    assert_eq!(
        sessions.find("sess_0189").unwrap_err().code(),
        "session_ambiguous"
    );
    for nowhere in ["", "feed", "../../etc/passwd", "sess_"] {
        assert!(sessions.find(nowhere).is_err(), "{nowhere}");
    }
}

#[test]
fn the_list_says_what_each_session_is_about_the_newest_first() {
    let home = tempfile::tempdir().unwrap();
    drop(session(home.path(), FIRST, &["\n  fix the\nbuild", "more"]));
    drop(session(home.path(), SECOND, &["second"]));
    let silent = "sess_01890a5f-0000-7000-8000-000000000003";
    drop(session(home.path(), silent, &[]));
    let mut file = fs::OpenOptions::new();
    let file = file.append(true).open(path(home.path(), FIRST)).unwrap();
    let later = std::time::UNIX_EPOCH + std::time::Duration::from_secs(4_000_000_000);
    file.set_modified(later).unwrap();

    let list = Sessions::new(home.path()).list().unwrap();
    let titles: Vec<_> = list.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(titles, ["fix the", "second"]);
    assert_eq!(list[0].model, "acme/large");
    assert_eq!(list[0].at.as_second(), 4_000_000_000);
    assert_eq!(Sessions::new(home.path()).find("last").unwrap(), FIRST);
}

#[cfg(unix)]
#[test]
fn files_and_folder_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("sessions");
    drop(session(&folder, FIRST, &["hello"]));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&path(&folder, FIRST)), 0o600);
}
