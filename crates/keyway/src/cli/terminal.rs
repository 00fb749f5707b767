use std::io::{IsTerminal as _, Write};
use std::process::ExitCode;

use serde_json::Value;

use super::failure::Failure;

/// Where a command writes. Results go to standard output, everything about them to standard error,
/// so that a pipe carries results only.
pub(crate) struct Terminal {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    /// Results and errors as JSON.
    json: bool,
    /// Colours on standard error.
    colour: bool,
}

impl Terminal {
    /// The process's own streams.
    pub(crate) fn of_process(json: bool, no_colour: bool) -> Self {
        let err = std::io::stderr();
        Self {
            colour: !no_colour && err.is_terminal(),
            out: Box::new(std::io::stdout()),
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
        let _ = writeln!(self.out, "{}", text.as_ref());
        let _ = self.out.flush();
    }

    /// The result as JSON.
    pub(crate) fn value(&mut self, value: &Value) {
        self.line(serde_json::to_string_pretty(value).unwrap_or_default());
    }

    /// A remark about the result.
    pub(crate) fn note(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.err, "{}", text.as_ref());
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
