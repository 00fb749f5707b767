use std::fmt::{Display, Write as _};

/// Metrics in the Prometheus text format, version 0.0.4.
#[derive(Debug, Default)]
pub(crate) struct Text {
    written: String,
    family: &'static str,
}

impl Text {
    /// The media type of what [`Text::finish`] gives.
    pub(crate) const MEDIA_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// Begins a family; the samples that follow belong to it.
    pub(crate) fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.family = name;
        let _ = writeln!(self.written, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// Adds a sample of the family, whose name `suffix` lengthens.
    pub(crate) fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let _ = write!(self.written, "{}{suffix}", self.family);
        for (at, (name, value)) in labels.iter().enumerate() {
            let open = if at == 0 { '{' } else { ',' };
            let _ = write!(self.written, "{open}{name}=\"{}\"", escape(value));
        }
        let close = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.written, "{close} {value}");
    }

    pub(crate) fn finish(self) -> String {
        self.written
    }
}

fn escape(value: &str) -> String {
    value
        .replace('\\', r"\\")
        .replace('"', "\\\"")
        .replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut text = Text::default();
        text.family("x", "gauge", "An x.");
        text.sample("", &[], 1);
        text.sample("", &[("a", "q\"\\\n"), ("b", "c")], 0.5);
        assert_eq!(
            text.finish(),
            "# HELP x An x.\n# TYPE x gauge\nx 1\nx{a=\"q\\\"\\\\\\n\",b=\"c\"} 0.5\n"
        );
    }
}
