//! The stock gateway: Keyway with no actions but its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyway::Gateway::builder().main()
}
