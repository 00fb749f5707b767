//! An MCP server of revision 2026-07-28 over its standard streams, which takes its time to load.

use std::io::{BufRead as _, Write as _};
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::plain;
use crate::Failure;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    method: &'a str,
}

/// Serves until its input ends.
pub(super) fn run(loading: Duration) -> Result<(), Failure> {
    std::thread::sleep(loading);
    let list = plain::list(10);
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let envelope: Envelope<'_> = serde_json::from_str(&line)?;
        if let Some(id) = envelope.id {
            let outcome = plain::outcome(envelope.method, &list);
            writeln!(out, r#"{{"jsonrpc":"2.0","id":{},{outcome}}}"#, id.get())?;
            out.flush()?;
        }
    }
    Ok(())
}
