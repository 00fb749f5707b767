use std::fs::{self, File, OpenOptions};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Who the server knows. It is not a secret: the server is a test's.
const PASSWORD: &str = "a password of tests";

/// The URL of the server, without a database; it is started when it is not there.
pub fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        #[expect(clippy::disallowed_methods, reason = "tests have no configuration")]
        let given = std::env::var("KEYWAY_TEST_POSTGRES");
        given.unwrap_or_else(|_| started())
    })
}

/// Stops the server, if there is one, and removes all it kept.
pub fn stop() {
    let _alone = alone();
    if folder().exists() {
        halt();
        let _ = fs::remove_dir_all(folder());
    }
}

fn started() -> String {
    let _alone = alone();
    if let Some(port) = running() {
        return address(port);
    }
    halt();
    let _ = fs::remove_dir_all(folder());
    let port = start();
    fs::write(folder().join("port"), port.to_string()).expect("the port is written");
    address(port)
}

fn address(port: u16) -> String {
    let password = PASSWORD.replace(' ', "%20");
    format!("postgres://keyway:{password}@127.0.0.1:{port}")
}

/// Where the server is. One for each user.
fn folder() -> PathBuf {
    let user = rustix::process::geteuid().as_raw();
    std::env::temp_dir().join(format!("keyway-test-postgres-{user}"))
}

/// Keeps other processes from starting or stopping it as well.
fn alone() -> File {
    let path = folder().with_extension("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .expect("a lock file in the temporary directory");
    file.lock().expect("the lock is taken");
    file
}

fn running() -> Option<u16> {
    let port = fs::read_to_string(folder().join("port")).ok()?;
    let port = port.trim().parse().ok()?;
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .is_ok()
        .then_some(port)
}

fn start() -> u16 {
    let folder = folder();
    fs::create_dir(&folder).expect("a folder for the server");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("its permissions");
    owned_by_its_user(&folder);
    let secret = folder.join("password");
    fs::write(&secret, PASSWORD).expect("a file with the password");
    let data = folder.join("data");
    run(program("initdb")
        .arg("--pgdata")
        .arg(&data)
        .args(["--username", "keyway", "--auth", "scram-sha-256"])
        .arg("--pwfile")
        .arg(&secret)
        .args(["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]));
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|free| free.local_addr())
        .expect("a free port")
        .port();
    let settings = format!(
        "-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
         -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off \
         -c max_connections=400 -c shared_buffers=64MB -c max_wal_size=256MB -c deadlock_timeout=200ms"
    );
    run(program("pg_ctl")
        .args(["--wait", "--silent", "--pgdata"])
        .arg(&data)
        .arg("--log")
        .arg(folder.join("log"))
        .arg("--options")
        .arg(settings)
        .arg("start"));
    port
}

fn halt() {
    let data = folder().join("data");
    if data.join("postmaster.pid").exists() {
        let mut stop = program("pg_ctl");
        stop.args(["--wait", "--silent", "--mode", "immediate", "--pgdata"])
            .arg(&data)
            .arg("stop");
        // One that is gone leaves its file behind.
        let _ = stop.status();
    }
}

/// A program of the newest PostgreSQL there is, as a user that may run it: it refuses root.
fn program(name: &str) -> Command {
    let path = programs().join(name);
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Debian keeps them apart by version and names none of them in the path.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let newest = versions
        .filter_map(|version| version.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .max();
    let newest = newest.expect("PostgreSQL is there; it is in the Debian package postgresql");
    PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin"))
}

fn owned_by_its_user(folder: &Path) {
    if rustix::process::geteuid().is_root() {
        run(Command::new("chown").arg("postgres:").arg(folder));
    }
}

fn run(command: &mut Command) {
    let done = command.status().expect("it starts");
    assert!(done.success(), "{command:?} failed; see its log");
}
