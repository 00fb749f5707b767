//! Debian packages: installed by root, asked for otherwise.

use std::process::Command;

use crate::Failure;
use crate::process::{self, Show};

/// A package, and a command that works when it is there.
const PACKAGES: &[(&str, &[&str])] = &[
    ("nodejs", &["node", "--version"]),
    ("npm", &["npm", "--version"]),
    ("python3", &["python3", "--version"]),
    ("python3-venv", &["python3", "-c", "import ensurepip, venv"]),
    ("tmux", &["tmux", "-V"]),
    ("chromium", &["chromium", "--version"]),
    ("dbus", &["dbus-daemon", "--version"]),
    ("gnome-keyring", &["gnome-keyring-daemon", "--version"]),
    (
        "postgresql",
        &["sh", "-c", "ls /usr/lib/postgresql/*/bin/initdb"],
    ),
];

/// Sees to it that they are there.
pub(super) fn ensure() -> Result<(), Failure> {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(_, probe)| !works(probe))
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !rustix::process::geteuid().is_root() {
        return Err(
            format!("please install: {list} (on Debian: sudo apt-get install {list})").into(),
        );
    }
    println!("installing Debian packages: {list}");
    apt(&["update", "-q"])?;
    apt(&[
        &["install", "-q", "-y", "--no-install-recommends"],
        missing.as_slice(),
    ]
    .concat())
}

fn works(probe: &[&str]) -> bool {
    let [program, arguments @ ..] = probe else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(arguments);
    process::run(&mut command, Show::Nothing).is_ok_and(|finished| finished.success)
}

fn apt(arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    let finished = process::run(&mut command, Show::Live)?;
    finished
        .success
        .then_some(())
        .ok_or_else(|| format!("apt-get {} failed", arguments.join(" ")).into())
}
