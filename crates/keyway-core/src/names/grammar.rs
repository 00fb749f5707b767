/// What an identifier of one kind looks like.
///
/// ```
/// use keyway_core::names::{ACTION_SLUG, SERVER_KEY};
///
/// assert!(ACTION_SLUG.allows("invoice:look-up"));
/// assert!(!ACTION_SLUG.allows("Invoice::lookup"));
/// assert!(SERVER_KEY.allows("files.v2_test"));
/// assert_eq!(
///     ACTION_SLUG.expectation(),
///     "an action slug: 1 to 64 characters matching ^[a-z0-9]+([-:][a-z0-9]+)*$"
/// );
/// ```
#[derive(Debug)]
pub struct Grammar {
    /// What is named, with its article: `an action slug`.
    pub noun: &'static str,
    /// The regular expression (ECMA-262) that every such name matches.
    pub pattern: &'static str,
    /// The most characters; the fewest is one.
    pub max: usize,
    /// Names that match and are not free.
    pub reserved: &'static [&'static str],
    /// A name of this kind.
    pub example: &'static str,
    shape: Shape,
}

/// The parts a pattern is made of; a test holds them equal to it.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Words of `a-z` and `0-9`, with one of these between each two.
    Words(&'static str),
    /// A first character, then any of a larger set.
    Free {
        first: fn(char) -> bool,
        rest: fn(char) -> bool,
    },
}

/// An action. `:` becomes `-` in the name of its tool.
pub const ACTION_SLUG: Grammar = Grammar {
    noun: "an action slug",
    pattern: "^[a-z0-9]+([-:][a-z0-9]+)*$",
    max: 64,
    reserved: &[],
    example: "invoice:look-up",
    shape: Shape::Words("-:"),
};

/// An app: an external service wrapped once.
pub const APP_SLUG: Grammar = Grammar {
    noun: "an app slug",
    pattern: "^[a-z0-9]+(-[a-z0-9]+)*$",
    max: 32,
    reserved: &["mcp"],
    example: "acme-billing",
    shape: Shape::Words("-"),
};

/// The key of a credential's definition.
pub const CREDENTIAL_KEY: Grammar = Grammar {
    noun: "a credential key",
    pattern: "^[a-z0-9]+(-[a-z0-9]+)*$",
    max: 64,
    reserved: &["mcp"],
    example: "acme",
    shape: Shape::Words("-"),
};

/// An agent. Short enough for `agent:` and it to be an action's slug, and `agent__` and it a tool's name.
pub const AGENT_SLUG: Grammar = Grammar {
    noun: "an agent slug",
    pattern: "^[a-z0-9]+(-[a-z0-9]+)*$",
    max: 57,
    reserved: &["new"],
    example: "research",
    shape: Shape::Words("-"),
};

/// An MCP server in a configuration file or in code.
pub const SERVER_KEY: Grammar = Grammar {
    noun: "an MCP server key",
    pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$",
    max: 128,
    reserved: &[],
    example: "files.v2",
    shape: Shape::Free {
        first: |c| c.is_ascii_alphanumeric(),
        rest: |c| c.is_ascii_alphanumeric() || "_.-".contains(c),
    },
};

/// An MCP server an admin added at run time.
pub const CONNECTOR_SLUG: Grammar = Grammar {
    noun: "a connector slug",
    pattern: "^[a-z0-9]+(-[a-z0-9]+)*$",
    max: 32,
    reserved: &["new"],
    example: "team-wiki",
    shape: Shape::Words("-"),
};

/// A provider. It has no `_`, so that `mcp_<provider>_<tool>` reads one way only.
pub const PROVIDER_ID: Grammar = Grammar {
    noun: "a provider id",
    pattern: "^[a-z][a-z0-9-]*$",
    max: 32,
    reserved: &["mcp"],
    example: "github",
    shape: Shape::Free {
        first: |c| c.is_ascii_lowercase(),
        rest: |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
    },
};

/// A tool or prompt as MCP clients see it (MCP 2026-07-28, "Tool Names"), held to the 64 characters
/// that all model vendors accept.
pub const MCP_NAME: Grammar = Grammar {
    noun: "an MCP tool or prompt name",
    pattern: "^[A-Za-z0-9_.-]+$",
    max: 64,
    reserved: &[],
    example: "invoice-look-up",
    shape: Shape::Free {
        first: |c| c.is_ascii_alphanumeric() || "_.-".contains(c),
        rest: |c| c.is_ascii_alphanumeric() || "_.-".contains(c),
    },
};

/// A channel that messages are published to.
pub const CHANNEL_NAME: Grammar = Grammar {
    noun: "a channel name",
    pattern: "^[a-z0-9]+([-:][a-z0-9]+)*$",
    max: 64,
    reserved: &[],
    example: "orders:shipped",
    shape: Shape::Words("-:"),
};

/// Every grammar, in the order of `docs/reference/identifiers.md`.
pub const GRAMMARS: [&Grammar; 9] = [
    &ACTION_SLUG,
    &APP_SLUG,
    &CREDENTIAL_KEY,
    &AGENT_SLUG,
    &SERVER_KEY,
    &CONNECTOR_SLUG,
    &PROVIDER_ID,
    &MCP_NAME,
    &CHANNEL_NAME,
];

impl Grammar {
    /// True when `name` may be used for this kind of thing.
    pub fn allows(&self, name: &str) -> bool {
        !name.is_empty()
            && name.len() <= self.max
            && !self.reserved.contains(&name)
            && self.shape.matches(name)
    }

    /// What was expected, for a message. Repeats nothing of what was given.
    pub fn expectation(&self) -> String {
        let mut text = format!(
            "{}: 1 to {} characters matching {}",
            self.noun, self.max, self.pattern
        );
        if !self.reserved.is_empty() {
            text.push_str(", other than ");
            text.push_str(&self.reserved.join(", "));
        }
        text
    }
}

impl Shape {
    fn matches(self, name: &str) -> bool {
        match self {
            Self::Words(separators) => name
                .split(|c| separators.contains(c))
                .all(|word| !word.is_empty() && word.bytes().all(is_lower_alphanumeric)),
            Self::Free { first, rest } => {
                name.chars().next().is_some_and(first) && name.chars().all(rest)
            }
        }
    }
}

fn is_lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// True for an action slug. See [`ACTION_SLUG`].
///
/// ```
/// assert!(keyway_core::names::is_action_slug("user:view"));
/// ```
pub fn is_action_slug(text: &str) -> bool {
    ACTION_SLUG.allows(text)
}

/// True for the key of an MCP server. See [`SERVER_KEY`].
///
/// ```
/// assert!(!keyway_core::names::is_server_key("-files"));
/// ```
pub fn is_server_key(text: &str) -> bool {
    SERVER_KEY.allows(text)
}
