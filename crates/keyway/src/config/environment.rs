use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;

/// What every variable of Keyway's own begins with.
pub(super) const PREFIX: &str = "KEYWAY_";

/// The process environment, read once. Its values are never printed.
#[derive(Clone, Default)]
pub struct Environment {
    all: BTreeMap<OsString, OsString>,
    /// Names that the process did not have: a file gave them.
    of_file: BTreeSet<OsString>,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    /// The value of a variable; `None` when it is not set, is empty, or is not Unicode.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all
            .get(OsStr::new(name))
            .and_then(|value| value.to_str())
            .filter(|value| !value.is_empty())
    }

    /// True when the variable is set, even to nothing.
    pub fn is_set(&self, name: &str) -> bool {
        self.all.contains_key(OsStr::new(name))
    }

    /// Names that begin with `KEYWAY_`, in order.
    pub fn own_names(&self) -> impl Iterator<Item = &str> {
        self.all
            .keys()
            .filter_map(|name| name.to_str())
            .filter(|name| name.starts_with(PREFIX))
    }

    /// The same, with variables of a file behind: what is set already counts. Of several with one
    /// name the last one does.
    pub(super) fn with_behind(&self, pairs: Vec<(String, String)>) -> Self {
        let mut both = self.clone();
        for (name, value) in pairs {
            let name = OsString::from(name);
            if self.all.contains_key(&name) {
                continue;
            }
            both.of_file.insert(name.clone());
            both.all.insert(name, value.into());
        }
        both
    }

    /// What a child process may inherit: everything but Keyway's own variables, those that secrets
    /// were taken from, and those of a file.
    pub fn for_children(&self, secret: &BTreeSet<String>) -> BTreeMap<OsString, OsString> {
        let withheld = |name: &OsStr| {
            let name = name.to_string_lossy();
            name.starts_with(PREFIX)
                || secret.contains(name.as_ref())
                || self.of_file.contains(OsStr::new(name.as_ref()))
        };
        self.all
            .iter()
            .filter(|(name, _)| !withheld(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        Self {
            all: pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            of_file: BTreeSet::new(),
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({} variables)", self.all.len())
    }
}
