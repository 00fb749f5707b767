//! A D-Bus session of its own, and the real Secret Service of GNOME on it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How long anything here may take to start.
const PATIENCE: Duration = Duration::from_secs(20);
/// The name a Secret Service owns on the bus.
const SECRETS: &str = "org.freedesktop.secrets";

/// A message bus that nobody else uses; it starts nothing by itself. What runs on it ends with it.
#[derive(Debug)]
pub struct SessionBus {
    folder: TempDir,
    _bus: Child,
    keyring: Option<Child>,
}

impl SessionBus {
    /// A bus without a keyring. Needs the Debian package `dbus`.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let socket = folder.path().join("bus");
        let configuration = folder.path().join("bus.conf");
        std::fs::write(&configuration, bus_configuration(&socket)).expect("a configuration");
        let bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", configuration.display()))
            .args(["--nofork", "--nopidfile"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("dbus-daemon starts; it is in the Debian package dbus");
        let this = Self {
            folder,
            _bus: bus,
            keyring: None,
        };
        this.until(false).await;
        this
    }

    /// A bus with a keyring that is there and unlocked.
    pub async fn with_keyring() -> Self {
        let mut this = Self::start().await;
        this.start_keyring().await;
        this
    }

    /// Where the bus listens, as in `DBUS_SESSION_BUS_ADDRESS`.
    pub fn address(&self) -> String {
        address(&self.folder.path().join("bus"))
    }

    /// Starts the keyring, unlocked; what it kept before is there again. Needs the Debian package
    /// `gnome-keyring`.
    pub async fn start_keyring(&mut self) {
        let home = self.folder.path();
        let mut keyring = Command::new("gnome-keyring-daemon")
            .args(["--unlock", "--components=secrets", "--foreground"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", home)
            .env("XDG_DATA_HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .env("DBUS_SESSION_BUS_ADDRESS", self.address())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("gnome-keyring-daemon starts; it is in the Debian package gnome-keyring");
        let mut password = keyring.stdin.take().expect("its standard input");
        password.write_all(b"password").await.expect("it reads");
        drop(password);
        self.keyring = Some(keyring);
        self.until(true).await;
    }

    /// Ends the keyring.
    pub async fn stop_keyring(&mut self) {
        if let Some(mut keyring) = self.keyring.take() {
            keyring.kill().await.expect("it can be killed");
        }
        self.until(false).await;
    }

    /// Waits until the bus answers, and a keyring is on it or not.
    async fn until(&self, keyring: bool) {
        let wanted = format!("boolean {keyring}");
        let looking = async {
            while !self.owned().await.contains(&wanted) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, looking)
            .await
            .expect("the bus and its keyring are as they should be");
    }

    async fn owned(&self) -> String {
        let asked = Command::new("dbus-send")
            .arg(format!("--bus={}", self.address()))
            .args(["--print-reply", "--dest=org.freedesktop.DBus", "/"])
            .arg("org.freedesktop.DBus.NameHasOwner")
            .arg(format!("string:{SECRETS}"))
            .output()
            .await
            .expect("dbus-send starts; it is in the Debian package dbus");
        String::from_utf8_lossy(&asked.stdout).into_owned()
    }
}

fn address(socket: &Path) -> String {
    format!("unix:path={}", socket.display())
}

/// A bus for one user that starts no services: what is on it was put there.
fn bus_configuration(socket: &Path) -> String {
    let address = address(socket);
    format!(
        "<busconfig><type>session</type><listen>{address}</listen><auth>EXTERNAL</auth>\
         <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
         <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>"
    )
}
