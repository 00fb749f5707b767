use sha2::{Digest, Sha256};

/// The most characters of a name towards clients: what all model vendors accept for a tool.
pub const MAX_EXPOSED: usize = 64;

/// What the names of agents begin with, as tools, and no other name.
pub const AGENT_TOOLS: &str = "agent__";

/// Between the server and the tool in a prefixed name.
const SEPARATOR: &str = "__";
/// How many characters of hash a shortened name ends in: 65 bits.
const HASH: usize = 13;
const HASH_ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Between the readable part of a shortened name and its hash.
const HASH_MARK: &str = "-h";

/// What stands in front of an upstream's tool and prompt names.
///
/// ```
/// use keyway_core::names::{Prefix, exposed_name};
///
/// assert_eq!(exposed_name("files", &Prefix::default(), "read"), "mcp__files__read");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Prefix {
    /// `mcp__<server>__`
    #[default]
    Server,
    /// A text of the operator's own.
    Custom(String),
    /// Nothing.
    None,
}

/// What a server's tool or prompt is called towards clients.
///
/// The same server, prefix and name always give the same text, whatever else is there. Different
/// tools of one server get different names, and so do any two tools under [`Prefix::Server`]. A
/// name that would be too long, that holds characters a client need not accept, or that could be
/// read in two ways is cut and ends in `-h` and 13 characters of a hash.
///
/// ```
/// use keyway_core::names::{Prefix, exposed_name};
///
/// assert_eq!(exposed_name("files", &Prefix::Server, "read_file"), "mcp__files__read_file");
/// assert_eq!(exposed_name("files", &Prefix::Custom("fs_".into()), "read_file"), "fs_read_file");
/// assert_eq!(exposed_name("files", &Prefix::None, "read_file"), "read_file");
/// assert!(exposed_name("files", &Prefix::None, "agent__x").starts_with("mcp_agent_x-h"));
/// assert_eq!(exposed_name("files", &Prefix::Server, &"x".repeat(99)).len(), 64);
/// ```
pub fn exposed_name(server: &str, prefix: &Prefix, own: &str) -> String {
    let (full, plain) = match prefix {
        Prefix::Server => (
            format!("mcp__{server}{SEPARATOR}{own}"),
            !server.contains(SEPARATOR) && !server.ends_with('_'),
        ),
        Prefix::Custom(text) => (format!("{text}{own}"), true),
        Prefix::None => (own.to_owned(), true),
    };
    // Nobody upstream passes for an agent.
    let (full, plain) = match full.strip_prefix(AGENT_TOOLS) {
        Some(rest) => (format!("mcp_agent_{rest}"), false),
        None => (full, plain),
    };
    if plain && super::MCP_NAME.allows(&full) && !looks_hashed(&full) {
        return full;
    }
    let identity = [server, "\0", own].concat();
    let room = MAX_EXPOSED - HASH_MARK.len() - HASH;
    let mut name: String = full
        .chars()
        .take(room)
        .map(|c| {
            if c.is_ascii_alphanumeric() || "_.-".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    name.push_str(HASH_MARK);
    name.push_str(&hash(identity.as_bytes()));
    name
}

/// True for text that ends as a shortened name does. Such a name is never passed on as it is, so
/// that no upstream can take the name of another's shortened tool.
pub(super) fn looks_hashed(name: &str) -> bool {
    let Some(tail) = name
        .len()
        .checked_sub(HASH + HASH_MARK.len())
        .and_then(|at| name.get(at..))
    else {
        return false;
    };
    tail.strip_prefix(HASH_MARK)
        .is_some_and(|hash| hash.bytes().all(|byte| HASH_ALPHABET.contains(&byte)))
}

fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let (bits, _) = digest.iter().take(9).fold((0u128, 0), |(bits, n), byte| {
        ((bits << 8) | u128::from(*byte), n + 8)
    });
    (0..HASH)
        .map(|index| {
            let five = usize::try_from((bits >> (index * 5)) & 31).unwrap_or_default();
            char::from(*HASH_ALPHABET.get(five).unwrap_or(&b'a'))
        })
        .collect()
}
