//! Values of fields from the command line: where they come from, and what of them is kept.

use std::io::Read as _;

use keyway_app::credentials::FieldView;
use keyway_core::Secret;

use crate::cli::failure::Failure;
use crate::cli::hidden::Hidden;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

/// The most bytes that are read from standard input.
const MAX: u64 = 1 << 20;

/// What `--set FIELD=VALUE` says.
pub(super) fn given(
    invocation: &Invocation,
    field: &FieldView,
    value: &str,
    terminal: &mut Terminal,
) -> Result<Secret<String>, Failure> {
    if field.secret {
        warn(&field.name, value, terminal);
    }
    read(invocation, &format!("--set {}", field.name), value)
}

/// A secret that a flag was given.
pub(in crate::cli) fn secret(
    invocation: &Invocation,
    flag: &str,
    value: &str,
    terminal: &mut Terminal,
) -> Result<Secret<String>, Failure> {
    warn(flag, value, terminal);
    read(invocation, flag, value)
}

fn warn(name: &str, value: &str, terminal: &mut Terminal) {
    if !value.starts_with('@') {
        terminal.warn(format!(
            "the value of `{name}` on the command line is seen by other users of this machine and \
             kept by the shell: use @env:NAME, @file:PATH or @stdin"
        ));
    }
}

fn read(invocation: &Invocation, place: &str, value: &str) -> Result<Secret<String>, Failure> {
    let named = |wrong: String| {
        Failure::usage("bad_value", format!("{place}: {wrong}"))
            .with_hint("@env:NAME reads a variable, @file:PATH a file, @stdin what is piped in")
    };
    if value == "@stdin" {
        let mut text = String::new();
        let read = std::io::stdin().lock().take(MAX).read_to_string(&mut text);
        read.map_err(|_| named("standard input cannot be read as text".to_owned()))?;
        return kept(text).ok_or_else(|| named("standard input is empty".to_owned()));
    }
    let resolved = crate::config::resolve(&invocation.environment, &invocation.directory, value)
        .map_err(named)?;
    kept(resolved.expose().clone()).ok_or_else(|| named("there is nothing in it".to_owned()))
}

/// Asks for a secret. A terminal does not show what is typed.
pub(in crate::cli) fn ask(
    name: &str,
    flag: &str,
    terminal: &mut Terminal,
) -> Result<Secret<String>, Failure> {
    terminal.note(format!("{name}:"));
    let mut line = String::new();
    let hidden = Hidden::new();
    let read = std::io::stdin().read_line(&mut line);
    drop(hidden);
    read.ok().and_then(|_| kept(line)).ok_or_else(|| {
        Failure::usage("bad_value", format!("no value for `{name}` was given")).with_hint(format!(
            "give it with {flag} @env:NAME, @file:PATH or @stdin"
        ))
    })
}

/// Asks for a field. A terminal does not show what is typed into a secret one.
pub(super) fn asked(field: &FieldView, terminal: &mut Terminal) -> Result<Secret<String>, Failure> {
    let about = field.description.as_deref();
    let about = about.map_or_else(String::new, |about| format!(" ({about})"));
    let name = field.title.as_deref().unwrap_or(&field.name);
    terminal.note(format!("{name}{about}:"));
    let mut line = String::new();
    let hidden = field.secret.then(Hidden::new);
    let read = std::io::stdin().read_line(&mut line);
    drop(hidden);
    let text = read.ok().and_then(|_| kept(line));
    text.ok_or_else(|| {
        Failure::usage(
            "bad_value",
            format!("no value for `{}` was given", field.name),
        )
        .with_hint(format!(
            "give it with --set {}=@env:NAME, @file:PATH or @stdin",
            field.name
        ))
    })
}

/// Without the line break at its end that editors and `echo` leave. `None` for nothing.
fn kept(text: String) -> Option<Secret<String>> {
    let text = Secret::new(text);
    let whole = text.expose();
    let short = whole.strip_suffix('\n').unwrap_or(whole);
    let short = short.strip_suffix('\r').unwrap_or(short);
    (!short.is_empty()).then(|| Secret::new(short.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_break_at_the_end_is_not_part_of_a_value() {
        for (text, value) in [
            ("key", Some("key")),
            ("key\n", Some("key")),
            ("key\r\n", Some("key")),
            ("key\n\n", Some("key\n")),
            (" key ", Some(" key ")),
            ("\n", None),
            ("", None),
        ] {
            let found = kept(text.to_owned());
            assert_eq!(
                found.as_ref().map(|v| v.expose().as_str()),
                value,
                "{text:?}"
            );
        }
    }
}
