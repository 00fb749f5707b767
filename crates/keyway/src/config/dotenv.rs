use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::doc::At;
use super::environment::Environment;
use super::reader::unreadable;
use super::report::{Finding, Place};

/// The file of a project's own variables.
pub(crate) const DOTENV: &str = ".env";

/// The most bytes such a file may have.
const MAX_BYTES: usize = 256 << 10;

/// The environment with the variables of the `.env` in a folder behind those of the process: what the
/// process has counts. Without such a file nothing is added.
///
/// A line is `NAME=value`, `export NAME=value`, a comment or empty. A value stands as it is, or in
/// single quotes as it is, or in double quotes with `\n`, `\r`, `\t`, `\"`, `\\` and `\$`; `#` behind a
/// blank begins a comment. Nothing is filled in. Every fault names file, line and column, and no value.
pub fn with_dotenv(environment: &Environment, folder: &Path) -> Result<Environment, Vec<Finding>> {
    let path = folder.join(DOTENV);
    let wrong = |at, message: String| {
        let place = Place::File {
            path: path.clone(),
            at,
        };
        Finding::error(place, "", message)
    };
    let text = match read_bounded(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(environment.clone());
        }
        Err(error) => return Err(vec![wrong(None, unreadable(&error))]),
    };
    if text.len() > MAX_BYTES {
        let message = format!("it has more than {} KiB", MAX_BYTES >> 10);
        return Err(vec![wrong(None, message)]);
    }
    let (mut pairs, mut findings) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        match read_line(line) {
            Ok(Some(pair)) => pairs.push(pair),
            Ok(None) => {}
            Err((column, message)) => {
                let at = At {
                    line: number,
                    column,
                };
                findings.push(wrong(Some(at), message.to_owned()));
            }
        }
    }
    if findings.is_empty() {
        Ok(environment.with_behind(pairs))
    } else {
        Err(findings)
    }
}

/// What is in a file, and little more of one that is too large. A device or a pipe has no end, or never
/// begins.
fn read_bounded(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let kind = std::fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        let kind = std::io::ErrorKind::InvalidInput;
        return Err(std::io::Error::new(kind, "it is no file"));
    }
    let most = MAX_BYTES as u64 + 1;
    std::fs::File::open(path)?
        .take(most)
        .read_to_string(&mut text)?;
    Ok(text)
}

/// The folder a project's `.env` is looked for in: that of its configuration file.
pub(crate) fn folder(directory: &Path, file: Option<&Path>) -> PathBuf {
    let named = file.map(|file| directory.join(file));
    let beside = named.as_deref().and_then(Path::parent);
    beside.unwrap_or(directory).to_owned()
}

type Fault = (usize, &'static str);

/// The variable of a line, if it has one.
fn read_line(line: &str) -> Result<Option<(String, String)>, Fault> {
    let column = |rest: &str| line.chars().count() - rest.chars().count() + 1;
    let rest = line.trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        return Ok(None);
    }
    let rest = match rest.strip_prefix("export") {
        Some(after) if after.starts_with([' ', '\t']) => after.trim_start(),
        _ => rest,
    };
    let Some((name, value)) = rest.split_once('=') else {
        return Err((column(rest), "expected NAME=value"));
    };
    let name = name.trim_end();
    let first = name.chars().next();
    let plain = first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !plain {
        let message = "expected a name of letters, digits and `_` before the `=`";
        return Err((column(rest), message));
    }
    let value = value.trim_start_matches([' ', '\t']);
    let read = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(value.get(1..).unwrap_or_default(), quote),
        _ => Ok(bare(value)),
    };
    let value = read.map_err(|message| (column(value), message))?;
    Ok(Some((name.to_owned(), value)))
}

fn bare(value: &str) -> String {
    let mut end = value.len();
    let mut blank = true;
    for (index, c) in value.char_indices() {
        if c == '#' && blank {
            end = index;
            break;
        }
        blank = c == ' ' || c == '\t';
    }
    value.get(..end).unwrap_or(value).trim_end().to_owned()
}

fn quoted(text: &str, quote: char) -> Result<String, &'static str> {
    let (mut value, mut chars) = (String::new(), text.chars());
    loop {
        match chars.next() {
            None => return Err("the quote is not closed on this line"),
            Some(c) if c == quote => break,
            Some('\\') if quote == '"' => match chars.next() {
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('t') => value.push('\t'),
                Some(c @ ('"' | '\\' | '$')) => value.push(c),
                _ => return Err("there is an escape that is not known; `\\\\` is a backslash"),
            },
            Some(c) => value.push(c),
        }
    }
    let rest = chars.as_str().trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        Ok(value)
    } else {
        Err("there is something behind the closing quote")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Environment, Vec<String>> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(DOTENV), text).unwrap();
        let process: Environment = [("TAKEN", "process")].into_iter().collect();
        with_dotenv(&process, dir.path()).map_err(|all| {
            let told = all.iter().map(ToString::to_string);
            let prefix = format!("{}/", dir.path().display());
            told.map(|one| one.replace(&prefix, "")).collect()
        })
    }

    #[test]
    fn lines_are_read_as_they_are_written_and_the_process_counts() {
        let text = "\u{feff}# comment\n\nA=plain\nexport B = two words # and a comment\n\
                    C='sin#gle \\n $A'\nD=\"dou\\nble \\\"q\\\" \\$A\" # c\nE=\nF=a#b\nTAKEN=file\n\
                    G=${A}\r\n";
        let found = read(text).unwrap();
        for (name, value) in [
            ("A", Some("plain")),
            ("B", Some("two words")),
            ("C", Some("sin#gle \\n $A")),
            ("D", Some("dou\nble \"q\" $A")),
            ("E", None),
            ("F", Some("a#b")),
            ("G", Some("${A}")),
            ("TAKEN", Some("process")),
        ] {
            assert_eq!(found.get(name), value, "{name}");
        }
        assert!(found.is_set("E"));
    }

    #[test]
    fn faults_name_file_line_and_column_and_no_value() {
        let text =
            "A=ok\n  s3cret\n1A=s3cret\n=s3cret\nB=\"s3cret\nC='s3cret' more\nD=\"s3\\cret\"\n";
        let told = read(text).unwrap_err();
        assert_eq!(
            told,
            [
                ".env:2:3: expected NAME=value",
                ".env:3:1: expected a name of letters, digits and `_` before the `=`",
                ".env:4:1: expected a name of letters, digits and `_` before the `=`",
                ".env:5:3: the quote is not closed on this line",
                ".env:6:3: there is something behind the closing quote",
                ".env:7:3: there is an escape that is not known; `\\\\` is a backslash",
            ]
        );
    }

    #[test]
    fn attack_what_has_no_end_is_not_read() {
        for target in ["/dev/zero", "/dev"] {
            let dir = tempfile::tempdir().unwrap();
            std::os::unix::fs::symlink(target, dir.path().join(DOTENV)).unwrap();
            let process = Environment::default();
            with_dotenv(&process, dir.path()).unwrap_err();
        }
        let told = read(&"A=s3cret\n".repeat(40_000)).unwrap_err();
        assert_eq!(told, [".env: it has more than 256 KiB"]);
    }

    #[test]
    fn children_inherit_nothing_of_it() {
        let found = read("SECRET=s3cret\nTAKEN=file\n").unwrap();
        let children = found.for_children(&std::collections::BTreeSet::new());
        let names: Vec<_> = children.keys().collect();
        assert_eq!(names, ["TAKEN"]);
    }

    #[test]
    fn without_the_file_nothing_is_added() {
        let dir = tempfile::tempdir().unwrap();
        let process: Environment = [("A", "1")].into_iter().collect();
        assert_eq!(
            with_dotenv(&process, dir.path()).unwrap().get("A"),
            Some("1")
        );
    }
}
