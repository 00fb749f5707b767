use std::fmt;
use std::sync::Arc;

/// A place in a manifest: a file, and an RFC 6901 JSON Pointer into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The name of the file as it was given; empty when none was.
    pub file: Arc<str>,
    /// The pointer; the root is the empty string.
    pub pointer: String,
}

impl Spot {
    /// The root of a file.
    pub fn root(file: &str) -> Self {
        Self {
            file: file.into(),
            pointer: String::new(),
        }
    }

    /// The member of this object.
    pub fn member(&self, key: &str) -> Self {
        let key = key.replace('~', "~0").replace('/', "~1");
        Self {
            file: Arc::clone(&self.file),
            pointer: format!("{}/{key}", self.pointer),
        }
    }

    pub(crate) fn item(&self, index: usize) -> Self {
        self.member(&index.to_string())
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.file.is_empty() {
            f.write_str(&self.pointer)
        } else {
            write!(f, "{}#{}", self.file, self.pointer)
        }
    }
}

/// Something that is wrong with a manifest. It names keys and slugs, and repeats no other value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub at: Spot,
    /// What is wrong.
    pub message: String,
    /// What to do instead.
    pub suggestion: Option<String>,
    /// Where the definition is that came first, for one that is there twice.
    pub first: Option<Box<Spot>>,
    /// True when the name at this place is wrong, not the value.
    pub is_name: bool,
}

impl Fault {
    pub(crate) fn new(at: Spot, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            suggestion: None,
            first: None,
            is_name: false,
        }
    }

    pub(crate) fn of_name(mut self) -> Self {
        self.is_name = true;
        self
    }

    pub(crate) fn after(mut self, first: &Spot) -> Self {
        self.first = Some(Box::new(first.clone()));
        self.of_name()
    }

    pub(crate) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.message)?;
        match (&self.suggestion, &self.first) {
            (Some(suggestion), _) => write!(f, " ({suggestion})"),
            (None, Some(first)) => write!(f, " (the first one is in {first})"),
            (None, None) => Ok(()),
        }
    }
}

/// What is near enough to have been meant.
pub(crate) fn nearest<'a>(
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let allowed = (typed.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(typed, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// A fault about a name that is none of those known, with the one that was probably meant. What does
/// not look like a name is not repeated: it might be a misplaced secret.
pub(crate) fn unknown<'a>(
    at: Spot,
    noun: &str,
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Fault {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-:$".contains(c);
    let message = if (1..=64).contains(&typed.len()) && typed.chars().all(plain) {
        format!("there is no {noun} `{typed}`")
    } else {
        format!("there is no such {noun}")
    };
    let fault = Fault::new(at, message);
    match nearest(typed, known) {
        Some(near) => fault.suggest(format!("did you mean `{near}`?")),
        None => fault,
    }
}
