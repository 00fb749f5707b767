use std::path::{Path, PathBuf};
use std::time::Duration;

use super::doc::{Node, Value};

/// What sort of value a key takes; it decides what is accepted and what the reference says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number in a range.
    Integer(u64, u64),
    /// A number of bytes in a range: a whole number, or with `KiB`, `MiB`.
    Bytes(u64, u64),
    /// A time span, in a range of milliseconds: `250ms`, `30s`, `5m`, `24h`, or a number of
    /// seconds.
    Duration(u64, u64),
    /// Text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A path; a relative one begins at the file's directory, or at the working directory when it
    /// comes from a variable or a flag.
    Path,
    /// An address and port.
    Address,
    /// An `http:` or `https:` URL.
    Url,
    /// A list of texts; in a variable separated by commas.
    List,
    /// A list of paths, each as [`Kind::Path`]; in a variable separated by commas.
    Paths,
    /// A list of these words; in a variable separated by commas.
    Choices(&'static [&'static str]),
    /// A program and its arguments; in a variable separated by spaces.
    Command,
    /// A list of pictures: `src`, and if wanted `mime_type` and `sizes`; in a variable as JSON.
    Icons,
    /// A list of OpenID providers; in a variable as JSON.
    Providers,
    /// OAuth clients by the key of a credential; in a variable as JSON.
    Clients,
}

/// A value as it was given.
#[derive(Clone, Copy)]
pub(super) enum Given<'a> {
    Node(&'a Node),
    Text(&'a str),
}

/// What was expected instead. Never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong(pub(super) String);

impl Wrong {
    /// `expected …`
    pub(super) fn expected(what: impl std::fmt::Display) -> Self {
        Self(format!("expected {what}"))
    }
}

/// Reads one value as what its key takes.
pub(super) struct Reader<'a> {
    pub(super) given: Given<'a>,
    pub(super) kind: Kind,
    pub(super) base: &'a Path,
    /// What `~` stands for.
    pub(super) home: Option<&'a Path>,
}

impl Reader<'_> {
    pub(super) fn bool(&self) -> Result<bool, Wrong> {
        let wrong = || Wrong::expected("true or false");
        match self.given {
            Given::Node(Node {
                value: Value::Bool(value),
                ..
            }) => Ok(*value),
            Given::Node(_) => Err(wrong()),
            Given::Text(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Ok(true),
                "false" | "no" | "off" | "0" => Ok(false),
                _ => Err(wrong()),
            },
        }
    }

    pub(super) fn integer(&self) -> Result<u64, Wrong> {
        let Kind::Integer(min, max) = self.kind else {
            return Err(Wrong::expected("another kind of value"));
        };
        let wrong = || Wrong::expected(format!("a whole number from {min} to {max}"));
        let text = self.scalar().ok_or_else(wrong)?;
        let value = text.parse().map_err(|_| wrong())?;
        within(value, min, max).ok_or_else(wrong)
    }

    pub(super) fn usize(&self) -> Result<usize, Wrong> {
        let value = match self.kind {
            Kind::Bytes(..) => self.bytes()?,
            _ => self.integer()?,
        };
        usize::try_from(value).map_err(|_| Wrong::expected("a smaller number"))
    }

    fn bytes(&self) -> Result<u64, Wrong> {
        let Kind::Bytes(min, max) = self.kind else {
            return Err(Wrong::expected("another kind of value"));
        };
        let wrong = || {
            Wrong::expected(format!(
                "a number of bytes from {min} to {max}, like `4194304` or `4 MiB`"
            ))
        };
        let text = self.scalar().ok_or_else(wrong)?;
        let (number, unit) = split_unit(text);
        let factor = match unit.to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "k" | "kib" => 1 << 10,
            "m" | "mib" => 1 << 20,
            "g" | "gib" => 1 << 30,
            _ => return Err(wrong()),
        };
        let value = number
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(factor));
        value
            .and_then(|value| within(value, min, max))
            .ok_or_else(wrong)
    }

    pub(super) fn duration(&self) -> Result<Duration, Wrong> {
        let Kind::Duration(min, max) = self.kind else {
            return Err(Wrong::expected("another kind of value"));
        };
        let (least, most) = (Duration::from_millis(min), Duration::from_millis(max));
        let wrong = || {
            Wrong::expected(format!(
                "a time span from {} to {}, like `250ms`, `30s`, `5m` or `24h`",
                show_duration(least),
                show_duration(most)
            ))
        };
        let value = self.scalar().and_then(parse_duration).ok_or_else(wrong)?;
        (least..=most)
            .contains(&value)
            .then_some(value)
            .ok_or_else(wrong)
    }

    /// Text that is not empty.
    pub(super) fn text(&self) -> Result<String, Wrong> {
        let wrong = || Wrong::expected("text that is not empty");
        let text = match self.given {
            Given::Node(node) => node.text().ok_or_else(wrong)?,
            Given::Text(text) => text,
        };
        if text.trim().is_empty() {
            return Err(wrong());
        }
        Ok(text.to_owned())
    }

    pub(super) fn choice(&self) -> Result<&'static str, Wrong> {
        let Kind::Choice(words) = self.kind else {
            return Err(Wrong::expected("another kind of value"));
        };
        let text = self.text().unwrap_or_default();
        words
            .iter()
            .find(|word| text.eq_ignore_ascii_case(word))
            .copied()
            .ok_or_else(|| Wrong::expected(one_of(words)))
    }

    pub(super) fn choices(&self) -> Result<Vec<&'static str>, Wrong> {
        let Kind::Choices(words) = self.kind else {
            return Err(Wrong::expected("another kind of value"));
        };
        let find = |text: &String| words.iter().find(|word| text.eq_ignore_ascii_case(word));
        self.list()?
            .iter()
            .map(|text| find(text).copied())
            .collect::<Option<_>>()
            .ok_or_else(|| Wrong::expected(format!("a list of {}", one_of(words))))
    }

    pub(super) fn path(&self) -> Result<PathBuf, Wrong> {
        self.text().map(|text| self.rooted(&text))
    }

    pub(super) fn paths(&self) -> Result<Vec<PathBuf>, Wrong> {
        let list = self.list()?;
        Ok(list.iter().map(|text| self.rooted(text)).collect())
    }

    fn rooted(&self, text: &str) -> PathBuf {
        match (text.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.base.join(text),
        }
    }

    /// True for text that someone meant to be filled in.
    pub(super) fn looks_like_reference(&self) -> bool {
        self.scalar()
            .is_some_and(|text| text.contains("${") || text.starts_with('@'))
    }

    pub(super) fn list(&self) -> Result<Vec<String>, Wrong> {
        let wrong = || Wrong::expected("a list of texts");
        match self.given {
            Given::Text(text) => Ok(text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect()),
            Given::Node(node) => node
                .items()
                .ok_or_else(wrong)?
                .iter()
                .map(|item| item.text().filter(|text| !text.is_empty()))
                .map(|text| text.map(str::to_owned).ok_or_else(wrong))
                .collect(),
        }
    }

    pub(super) fn command(&self) -> Result<Vec<String>, Wrong> {
        match self.given {
            Given::Text(text) => Ok(text.split_whitespace().map(str::to_owned).collect()),
            Given::Node(_) => self.list(),
        }
        .and_then(|words| {
            if words.is_empty() {
                return Err(Wrong::expected("a program and its arguments"));
            }
            Ok(words)
        })
    }

    pub(super) fn json(&self) -> Result<serde_json::Value, Wrong> {
        match self.given {
            Given::Node(node) => Ok(node.to_json()),
            Given::Text(text) => serde_json::from_str(text).map_err(|_| Wrong::expected("JSON")),
        }
    }

    /// A scalar as it is written.
    fn scalar(&self) -> Option<&str> {
        match self.given {
            Given::Text(text) => Some(text.trim()),
            Given::Node(node) => match &node.value {
                Value::Number(text) | Value::Text(text) => Some(text.trim()),
                _ => None,
            },
        }
    }
}

/// Reads `250ms`, `30s`, `5m`, `24h`, `7d`, or a number of seconds.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_unit(text);
    let number: u64 = number.parse().ok()?;
    let seconds = |factor: u64| number.checked_mul(factor).map(Duration::from_secs);
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "" | "s" => seconds(1),
        "m" | "min" => seconds(60),
        "h" => seconds(60 * 60),
        "d" => seconds(24 * 60 * 60),
        _ => None,
    }
}

/// Writes a time span in the largest unit that holds it whole.
pub(super) fn show_duration(value: Duration) -> String {
    let (seconds, millis) = (value.as_secs(), value.subsec_millis());
    match () {
        () if millis != 0 => format!("{}ms", value.as_millis()),
        () if seconds != 0 && seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        () if seconds != 0 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        () => format!("{seconds}s"),
    }
}

/// Why a file could not be read, in words that follow its name.
pub(crate) fn unreadable(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".into(),
        std::io::ErrorKind::PermissionDenied => "may not be read by this user".into(),
        std::io::ErrorKind::InvalidData => "is not UTF-8 text".into(),
        std::io::ErrorKind::IsADirectory => "is a directory".into(),
        kind => format!("cannot be read: {kind}"),
    }
}

/// ``one of `a`, `b` ``
pub(super) fn one_of(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    format!("one of {}", words.join(", "))
}

fn split_unit(text: &str) -> (&str, &str) {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    (number, unit.trim())
}

fn within(value: u64, min: u64, max: u64) -> Option<u64> {
    (min..=max).contains(&value).then_some(value)
}
