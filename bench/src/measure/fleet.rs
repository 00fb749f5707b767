//! The local client: from nothing to every server connected, and what the status takes.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::median;
use crate::Failure;
use crate::process::Process;
use crate::report::Figure;

/// How many servers there are.
const SERVERS: usize = 50;

/// How long a server takes before it answers, as an interpreter does that loads its modules.
const LOADING_MS: u64 = 400;

/// How long the client waits for its servers.
const WAIT: &str = "60s";

/// One stdio server alone, many at once, and the status of a server that is there already.
pub(super) fn run(rounds: usize) -> Result<Vec<Figure>, Failure> {
    eprintln!("connecting to servers");
    let (mut alone, mut all, mut warm) = (Vec::new(), Vec::new(), Vec::new());
    let running = Process::start(&["plain", "--tools", "10"])?;
    let there = json!({ "url": format!("http://{}/mcp", running.address) });
    for _ in 0..rounds {
        alone.push(connected(1, &child()?)?);
        all.push(connected(SERVERS, &child()?)?);
        warm.push(connected(1, &there)?);
    }
    drop(running);
    let (alone, all) = (median(alone), median(all));
    let goal = 1.3 * alone + 1_000.0 * f64::from(u32::try_from(SERVERS / 25)?);
    let name = format!("{SERVERS} stdio servers, all connected");
    Ok(vec![
        Figure::plain("1 stdio server, connected", alone, "ms"),
        Figure::at_most(&name, all, "ms", goal.round()),
        Figure::at_most(
            "`keyway mcp status`, process included",
            median(warm),
            "ms",
            60.0,
        ),
    ])
}

/// The entry of a child process that takes its time.
pub(super) fn child() -> Result<Value, Failure> {
    Ok(json!({
        "command": std::env::current_exe()?,
        "args": ["serve", "child", "--loading", LOADING_MS.to_string()],
    }))
}

/// Milliseconds from the start of `keyway mcp status` to its end, with every server connected.
fn connected(servers: usize, entry: &Value) -> Result<f64, Failure> {
    let home = tempfile::tempdir()?;
    let own = std::env::current_exe()?;
    let entries: serde_json::Map<String, Value> = (0..servers)
        .map(|number| (format!("server-{number:02}"), entry.clone()))
        .collect();
    write_private(
        &home.path().join("mcp.json"),
        &json!({ "servers": entries }),
    )?;
    let begin = Instant::now();
    let output = Command::new(own)
        .args(["serve", "keyway", "mcp", "status", "--json", "--wait", WAIT])
        .current_dir(home.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("KEYWAY_HOME", home.path())
        .env("KEYWAY_GRANTS", "file")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()?;
    let took = begin.elapsed().as_secs_f64() * 1e3;
    let told: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let states = told
        .get("servers")
        .and_then(Value::as_array)
        .ok_or("no servers in the status")?;
    let up = states
        .iter()
        .filter(|one| one.get("state").is_some_and(|state| state == "connected"));
    let up = up.count();
    if up != servers {
        return Err(format!("{up} of {servers} servers are connected").into());
    }
    Ok(took)
}

pub(super) fn write_private(path: &Path, value: &Value) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, value.to_string())?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(())
}
