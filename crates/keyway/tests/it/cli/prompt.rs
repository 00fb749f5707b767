use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::support::World;

#[test]
fn a_terminal_does_not_show_the_key_that_is_typed() {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY;
    let theirs = File::from(rustix::fs::open(name.as_c_str(), flags, Mode::empty()).unwrap());
    let shows = || {
        let modes = tcgetattr(&theirs).unwrap().local_modes;
        modes.contains(LocalModes::ECHO)
    };
    assert!(shows());

    let arguments = ["--server", "http://127.0.0.1:1", "--api-key", "prompt"];
    let world = World::new();
    let mut child = world
        .command(&[&["mcp", "status"], &arguments[..]].concat())
        .stdin(theirs.try_clone().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..400 {
        if !shows() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!shows(), "the key would be seen");
    let mut ours = File::from(ours);
    ours.write_all(b"kw_typed\n").unwrap();
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{told}");
    assert!(told.contains("could not connect"), "{told}");
    assert!(shows(), "the terminal is as it was");
}
