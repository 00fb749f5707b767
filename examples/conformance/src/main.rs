//! A gateway of the fixture's actions: `keyway-conformance serve --no-auth`.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyway::Gateway::builder()
        .name("keyway-conformance")
        .version(env!("CARGO_PKG_VERSION"))
        .description("The fixture of the MCP conformance suites.")
        .actions(keyway_conformance::actions())
        .main()
}
