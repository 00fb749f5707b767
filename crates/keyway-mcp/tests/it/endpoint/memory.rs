use http::Method;
use serde_json::json;

use super::world::{someone, until, world};

const SESSIONS: usize = 10_000;

/// Resident memory of this process, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<usize>().ok()).unwrap_or(0) * 1024
}

#[tokio::test]
async fn ten_thousand_sessions_are_small_and_leave_nothing_behind() {
    let world = world();
    // Warm, so that only what sessions need is counted.
    world.open("2025-11-25").await;
    let before = resident();
    let mut names = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        names.push(world.open("2025-11-25").await);
    }
    let each = resident().saturating_sub(before) / SESSIONS;
    println!("{each} bytes of resident memory for one idle MCP session");
    assert!(each <= 8 * 1024, "{each} bytes for one idle session");
    assert_eq!(world.stats().sessions, SESSIONS + 1);

    for (at, name) in names.iter().enumerate() {
        // Some are used before they end, some have a stream or a call that is cut off.
        let _stream = if at % 10 == 0 {
            let mut stream = world.listen_to(name, None).await;
            stream.body.event().await;
            Some(stream)
        } else {
            None
        };
        let _call = if at % 100 == 0 {
            Some(world.legacy_tool(name, 1, "says and waits").await)
        } else {
            None
        };
        let headers = [("mcp-session-id", name.as_str())];
        let answer = world.send(&someone(1), Method::DELETE, &headers, "").await;
        assert_eq!(answer.status, 204);
    }
    world.quiet(1).await;
    // Only the sweeper is left.
    until(|| world.tasks.len() == 1).await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    assert_eq!(world.say(&names[7], ping).await.status, 404);
}
