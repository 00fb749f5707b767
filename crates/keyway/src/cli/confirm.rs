use std::io::{IsTerminal as _, stdin};

use super::failure::Failure;
use super::terminal::Terminal;

/// Asks a person for a yes. Where there is no terminal to ask at: exit code 2 and `instead`.
pub(crate) fn confirmed(
    terminal: &mut Terminal,
    question: &str,
    instead: &str,
) -> Result<bool, Failure> {
    if !stdin().is_terminal() || !std::io::stderr().is_terminal() {
        let message = "there is no terminal to ask at, and this needs a person's yes";
        return Err(Failure::usage("not_a_terminal", message).with_hint(instead));
    }
    terminal.note(format!("{question} [y/N]"));
    let mut answer = String::new();
    let read = stdin().read_line(&mut answer);
    let answer = answer.trim().to_ascii_lowercase();
    Ok(read.is_ok() && (answer == "y" || answer == "yes"))
}
