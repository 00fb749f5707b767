use std::io::{IsTerminal as _, Write};
use std::process::ExitCode;

use keyway_client::text::block;
use serde_json::Value;

use super::failure::Failure;

/// Where a command writes. Results go to standard output, everything about them to standard error,
/// so that a pipe carries results only.
///
/// Much of what is written comes from servers, files and models. Nothing of it reaches a terminal as
/// something that a terminal would obey; a pipe gets results byte for byte.
pub(crate) struct Terminal {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    /// Results and errors as JSON.
    json: bool,
    /// Colours on standard error.
    colour: bool,
    /// Results are seen by a person.
    seen: bool,
}

impl Terminal {
    /// The process's own streams.
    pub(crate) fn of_process(json: bool, no_colour: bool) -> Self {
        let (out, err) = (std::io::stdout(), std::io::stderr());
        Self {
            colour: !no_colour && err.is_terminal(),
            seen: out.is_terminal(),
            out: Box::new(out),
            err: Box::new(err),
            json,
        }
    }

    /// True when results are to be JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Results as JSON from here on.
    pub(crate) fn set_json(&mut self) {
        self.json = true;
    }

    /// One line of the result. A reader that went away is no failure of ours.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        let _ = if self.seen {
            writeln!(self.out, "{}", block(text.as_ref(), usize::MAX))
        } else {
            writeln!(self.out, "{}", text.as_ref())
        };
        let _ = self.out.flush();
    }

    /// A part of a line of the result, for a person who watches it come.
    pub(crate) fn part(&mut self, text: impl AsRef<str>) {
        let _ = write!(self.out, "{}", block(text.as_ref(), usize::MAX));
        let _ = self.out.flush();
    }

    /// The result as JSON.
    pub(crate) fn value(&mut self, value: &Value) {
        self.line(serde_json::to_string_pretty(value).unwrap_or_default());
    }

    /// The result byte for byte. False where a person would see it: a terminal obeys what is in it.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> bool {
        if self.seen {
            return false;
        }
        // A reader that went away is no failure of ours.
        let _ = self.out.write_all(bytes);
        let _ = self.out.flush();
        true
    }

    /// True when results are seen by a person.
    pub(crate) fn is_seen(&self) -> bool {
        self.seen
    }

    /// A remark about the result.
    pub(crate) fn note(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.err, "{}", block(text.as_ref(), usize::MAX));
    }

    /// A warning.
    pub(crate) fn warn(&mut self, text: impl AsRef<str>) {
        self.labelled("warning", "33", text.as_ref());
    }

    /// Tells of a failure, in the form that was asked for.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        if self.json {
            let _ = writeln!(self.err, "{}", failure.to_json());
        } else {
            self.labelled("error", "31", &failure.to_text());
        }
    }

    /// Tells why the command line cannot be read, or the help it asks for.
    pub(crate) fn usage(&mut self, error: &clap::Error) -> ExitCode {
        if self.json && error.use_stderr() {
            let text = error.render().to_string();
            let (message, hint) = text.split_once("\n\n").unwrap_or((&text, ""));
            let message = message.strip_prefix("error: ").unwrap_or(message);
            let mut failure = Failure::usage("bad_command_line", message.trim());
            if let Some(tip) = hint.trim().strip_prefix("tip: ") {
                failure = failure.with_hint(tip.lines().next().unwrap_or_default());
            }
            self.fail(&failure);
        } else {
            let _ = error.print();
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    }

    fn labelled(&mut self, label: &str, colour: &str, text: &str) {
        let text = block(text, usize::MAX);
        let _ = if self.colour {
            writeln!(self.err, "\u{1b}[1;{colour}m{label}:\u{1b}[0m {text}")
        } else {
            writeln!(self.err, "{label}: {text}")
        };
    }

    /// A table: columns as wide as they need to be, two spaces between.
    pub(crate) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let width = |column: usize| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .chain(head.get(column).map(|cell| cell.chars().count()))
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<_> = (0..head.len()).map(width).collect();
        let line = |cells: Vec<&str>| {
            let padded: Vec<_> = cells
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            padded.join("  ").trim_end().to_owned()
        };
        let header = line(head.to_vec());
        self.line(header);
        for row in rows {
            let text = line(row.iter().map(String::as_str).collect());
            self.line(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Kept {
        fn take(&self) -> String {
            String::from_utf8(std::mem::take(&mut *self.0.lock())).unwrap()
        }
    }

    const HOSTILE: &str = "a\u{1b}]52;c;cm0=\u{7}\u{9b}2J\r\u{202e}b\n\tc";

    fn terminal(seen: bool) -> (Terminal, Kept, Kept) {
        let (out, err) = (Kept::default(), Kept::default());
        let terminal = Terminal {
            out: Box::new(out.clone()),
            err: Box::new(err.clone()),
            json: false,
            colour: false,
            seen,
        };
        (terminal, out, err)
    }

    fn assert_harmless(text: &str) {
        let obeyed = |c: char| c != '\n' && keyway_client::text::is_hidden(c);
        assert!(!text.is_empty() && !text.contains(obeyed), "{text:?}");
    }

    #[test]
    fn a_terminal_gets_nothing_that_it_would_obey() {
        let (mut terminal, out, err) = terminal(true);
        terminal.line(HOSTILE);
        assert_harmless(&out.take());
        terminal.value(&Value::String(HOSTILE.into()));
        assert_harmless(&out.take());
        terminal.table(&["A"], &[vec![HOSTILE.into()]]);
        assert_harmless(&out.take());
        terminal.note(HOSTILE);
        assert_harmless(&err.take());
        terminal.warn(HOSTILE);
        assert_harmless(&err.take());
        terminal.fail(&Failure::new("x", HOSTILE).with_hint(HOSTILE));
        assert_harmless(&err.take());
    }

    #[test]
    fn a_pipe_gets_results_as_they_are() {
        let (mut terminal, out, _) = terminal(false);
        terminal.line(HOSTILE);
        assert_eq!(out.take(), format!("{HOSTILE}\n"));
    }
}
