use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use keyway_core::Secret;

use super::environment::Environment;
use super::reader::{self, Wrong};

/// Variables that are named in references and are no secrets: children keep them.
const ORDINARY: &[&str] = &[
    "HOME",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "PWD",
    "SHELL",
    "TEMP",
    "TMP",
    "TMPDIR",
    "TZ",
    "USER",
    "USERPROFILE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
];

/// The most bytes a file named by `@file:` may have.
const MAX_FILE: u64 = 64 << 10;

/// Text with its references filled in.
pub(super) struct Resolved {
    pub(super) text: String,
    /// True when a part of it came from a variable or a file.
    pub(super) filled: bool,
}

/// Fills references to variables and files into texts:
///
/// - a whole text `@env:NAME`: the variable's value;
/// - a whole text `@file:PATH`: the file's content without the newline at its end;
/// - `${env:NAME}` anywhere: the variable's value;
/// - `${NAME}` and `${NAME:-default}` anywhere, in files of clients that write them so;
/// - `@@…` at the beginning stands for `@…`.
///
/// What is unset or empty is an error that names the variable or the file.
pub(super) struct References<'a> {
    environment: &'a Environment,
    /// Where relative paths begin.
    base: &'a Path,
    /// `${NAME}` is a reference too.
    dollar_names: bool,
    /// `@file:PATH` is refused.
    no_files: bool,
    used: RefCell<BTreeSet<String>>,
}

impl<'a> References<'a> {
    pub(super) fn new(environment: &'a Environment, base: &'a Path, dollar_names: bool) -> Self {
        Self {
            environment,
            base,
            dollar_names,
            no_files: false,
            used: RefCell::default(),
        }
    }

    /// The same for a file that came with a repository: what it names in this machine's files is
    /// none of its business, and could be another file tomorrow.
    pub(super) fn without_files(self) -> Self {
        Self {
            no_files: true,
            ..self
        }
    }

    /// Where relative paths begin.
    pub(super) fn base(&self) -> &'a Path {
        self.base
    }

    /// The variables that were taken, but for ordinary ones.
    pub(super) fn into_used(self) -> BTreeSet<String> {
        let mut used = self.used.into_inner();
        used.retain(|name| !ORDINARY.contains(&name.as_str()));
        used
    }

    pub(super) fn resolve(&self, text: &str) -> Result<Resolved, Wrong> {
        if let Some(rest) = text.strip_prefix("@@") {
            return Ok(Resolved {
                text: format!("@{rest}"),
                filled: false,
            });
        }
        let whole = if let Some(name) = text.strip_prefix("@env:") {
            Some(self.variable(name)?)
        } else if let Some(path) = text.strip_prefix("@file:") {
            Some(self.file(path)?)
        } else {
            None
        };
        match whole {
            Some(text) => Ok(Resolved { text, filled: true }),
            None => self.inside(text),
        }
    }

    fn inside(&self, text: &str) -> Result<Resolved, Wrong> {
        let (mut out, mut filled, mut rest) = (String::new(), false, text);
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((inner, behind)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            if let Some(value) = self.one(inner)? {
                out.push_str(&value);
                filled = true;
            } else {
                out.push_str("${");
                out.push_str(inner);
                out.push('}');
            }
            rest = behind;
        }
        out.push_str(rest);
        Ok(Resolved { text: out, filled })
    }

    /// What stands for `${inner}`; `None` when it is no reference.
    fn one(&self, inner: &str) -> Result<Option<String>, Wrong> {
        if let Some(name) = inner.strip_prefix("env:") {
            return self.variable(name).map(Some);
        }
        if let Some(id) = inner.strip_prefix("input:") {
            let variable = variable_for(id);
            return Err(Wrong(format!(
                "`${{input:…}}` asks a person, and nobody is there to ask: put the value into a variable and write `${{env:{variable}}}`"
            )));
        }
        let editor = [
            "workspaceFolder",
            "userHome",
            "cwd",
            "file",
            "config:",
            "command:",
        ];
        if editor.iter().any(|word| inner.starts_with(word)) {
            return Err(Wrong(
                "this is a variable of an editor, which is not running here: write the value"
                    .into(),
            ));
        }
        if !self.dollar_names {
            return Ok(None);
        }
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        if !is_variable(name) {
            return Ok(None);
        }
        match default {
            Some(default) if self.environment.get(name).is_none() => Ok(Some(default.to_owned())),
            _ => self.variable(name).map(Some),
        }
    }

    fn variable(&self, name: &str) -> Result<String, Wrong> {
        if !is_variable(name) {
            return Err(Wrong::expected(
                "the name of an environment variable after `env:`",
            ));
        }
        self.used.borrow_mut().insert(name.to_owned());
        self.environment
            .get(name)
            .map(str::to_owned)
            .ok_or_else(|| {
                let state = if self.environment.is_set(name) {
                    "empty"
                } else {
                    "not set"
                };
                Wrong(format!("the environment variable `{name}` is {state}"))
            })
    }

    fn file(&self, path: &str) -> Result<String, Wrong> {
        if self.no_files {
            return Err(Wrong(
                "a project's file cannot read other files: put the value into a variable and write `${env:NAME}`"
                    .into(),
            ));
        }
        let path = self.base.join(path);
        let shown = path.display();
        let wrong = |why: String| Wrong(format!("the file `{shown}` {why}"));
        let size = std::fs::metadata(&path)
            .map_err(|error| wrong(reader::unreadable(&error)))?
            .len();
        if size > MAX_FILE {
            return Err(wrong(format!("is longer than {MAX_FILE} bytes")));
        }
        let text =
            std::fs::read_to_string(&path).map_err(|error| wrong(reader::unreadable(&error)))?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() {
            return Err(wrong("is empty".into()));
        }
        Ok(text.to_owned())
    }
}

/// Fills one text from the command line: `@env:NAME`, `@file:PATH` or the text itself.
pub(crate) fn resolve(
    environment: &Environment,
    directory: &Path,
    text: &str,
) -> Result<Secret<String>, String> {
    References::new(environment, directory, false)
        .resolve(text)
        .map(|resolved| Secret::new(resolved.text))
        .map_err(|wrong| wrong.0)
}

/// The variables that the references in a text would read, in order: `@env:NAME` as the whole text,
/// `${env:NAME}` anywhere.
pub(crate) fn variables(text: &str) -> Vec<String> {
    if text.starts_with("@@") {
        return Vec::new();
    }
    if let Some(name) = text.strip_prefix("@env:") {
        return vec![name.to_owned()];
    }
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        let Some((inner, behind)) = after.split_once('}') else {
            rest = after;
            continue;
        };
        names.extend(inner.strip_prefix("env:").map(str::to_owned));
        rest = behind;
    }
    names
}

fn is_variable(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The variable one would give the answer to an editor's question in.
fn variable_for(id: &str) -> String {
    let word = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let name: String = id.chars().take(40).map(word).collect();
    if is_variable(&name) {
        name
    } else {
        "NAME".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str, bare: bool) -> Result<String, String> {
        let environment: Environment = [("TOKEN", "canary"), ("EMPTY", ""), ("PATH", "/bin")]
            .into_iter()
            .collect();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("key"), "from file\r\n").unwrap();
        std::fs::write(dir.path().join("nothing"), "\n").unwrap();
        References::new(&environment, dir.path(), bare)
            .resolve(text)
            .map(|resolved| resolved.text)
            .map_err(|wrong| wrong.0.replace(&dir.path().display().to_string(), "DIR"))
    }

    #[test]
    fn references_are_filled_in() {
        for (text, bare, expected) in [
            ("plain", false, "plain"),
            ("@env:TOKEN", false, "canary"),
            ("@file:key", false, "from file"),
            ("@@env:TOKEN", false, "@env:TOKEN"),
            ("a ${env:TOKEN} b ${env:PATH}", false, "a canary b /bin"),
            ("${TOKEN}", false, "${TOKEN}"),
            ("${TOKEN}", true, "canary"),
            ("${UNSET:-x}", true, "x"),
            ("${EMPTY:-x}", true, "x"),
            ("$TOKEN ${ open", true, "$TOKEN ${ open"),
            ("${not a name}", true, "${not a name}"),
        ] {
            assert_eq!(resolve(text, bare).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn the_variables_of_a_text_are_those_it_would_read() {
        for (text, expected) in [
            ("plain ${NAME} $X", &[][..]),
            ("@env:TOKEN", &["TOKEN"]),
            ("@@env:TOKEN", &[]),
            ("a ${env:TOKEN} ${ ${env:PATH}", &["TOKEN"]),
            ("${env:A}${env:B}", &["A", "B"]),
        ] {
            assert_eq!(variables(text), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_filled_in_names_the_source_only() {
        let wrong: Vec<_> = [
            "@env:UNSET",
            "@env:EMPTY",
            "${env:EMPTY}",
            "@env:",
            "@file:absent",
            "@file:nothing",
            "${input:api-key}",
            "${workspaceFolder}/x",
        ]
        .into_iter()
        .map(|text| resolve(text, false).unwrap_err())
        .collect();
        insta::assert_snapshot!(wrong.join("\n"), @"
        the environment variable `UNSET` is not set
        the environment variable `EMPTY` is empty
        the environment variable `EMPTY` is empty
        expected the name of an environment variable after `env:`
        the file `DIR/absent` does not exist
        the file `DIR/nothing` is empty
        `${input:…}` asks a person, and nobody is there to ask: put the value into a variable and write `${env:API_KEY}`
        this is a variable of an editor, which is not running here: write the value
        ");
    }

    #[test]
    fn ordinary_variables_are_not_taken_for_secrets() {
        let environment: Environment = [("TOKEN", "t"), ("PATH", "/bin")].into_iter().collect();
        let references = References::new(&environment, Path::new("."), false);
        references.resolve("${env:PATH}:${env:TOKEN}").ok().unwrap();
        assert_eq!(references.into_used(), BTreeSet::from(["TOKEN".to_owned()]));
    }
}
