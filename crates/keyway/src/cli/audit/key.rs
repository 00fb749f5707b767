use std::process::ExitCode;

use serde_json::json;

use super::open::open;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

pub(super) async fn run(
    invocation: &Invocation,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let (local, _) = open(invocation).await?;
    let keys = local.app().audit().verifying_keys();
    local.close().await;
    if terminal.is_json() {
        let keys: Vec<_> = keys
            .iter()
            .map(|key| json!({ "id": key.key.to_string(), "algorithm": "Ed25519", "publicKey": key.to_string() }))
            .collect();
        terminal.value(&json!({ "keys": keys }));
    } else {
        for key in keys {
            terminal.line(format!("{}:{key}", key.key));
        }
    }
    Ok(ExitCode::SUCCESS)
}
