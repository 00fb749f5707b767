//! A sealed file: a line that says what it is and whose, then the sealed value.

use std::fmt::Write as _;

use keyway_oauth::SafeError;
use sha2::{Digest as _, Sha256};

/// What every sealed file begins with; the record's name follows up to the end of the line.
const MARK: &[u8] = b"keyway-grant 1 ";
/// The longest name of a record, in bytes.
const MAX_NAME: usize = 512;
/// How much of a name can be read in the file's name.
const READABLE: usize = 64;

/// Refuses a name that no record can have.
pub(super) fn check_name(name: &str) -> Result<(), SafeError> {
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        let message = format!("a grant's name has 1 to {MAX_NAME} bytes, none of them control");
        return Err(SafeError::Io(message));
    }
    Ok(())
}

/// The record's file, without an ending. The readable part is for people; the digest tells names
/// apart that a file system may take for one (`A` and `a`).
pub(super) fn file_stem(name: &str) -> String {
    let mut stem: String = name
        .chars()
        .take(READABLE)
        .map(|letter| match letter.to_ascii_lowercase() {
            letter if letter.is_ascii_alphanumeric() || "-_.".contains(letter) => letter,
            _ => '-',
        })
        .collect();
    stem.push('-');
    for byte in Sha256::digest(name.as_bytes()).iter().take(12) {
        let _ = write!(stem, "{byte:02x}");
    }
    stem
}

/// A whole file.
pub(super) fn encode(name: &str, sealed: &[u8]) -> Vec<u8> {
    [MARK, name.as_bytes(), b"\n", sealed].concat()
}

/// The name and the sealed value of a file, if it is one of ours.
pub(super) fn decode(file: &[u8]) -> Option<(&str, &[u8])> {
    let rest = file.strip_prefix(MARK)?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (name, sealed) = rest.split_at_checked(end)?;
    Some((std::str::from_utf8(name).ok()?, sealed.get(1..)?))
}

/// What a person does when a record cannot be opened.
pub(super) fn mend(name: &str) -> String {
    let server = name
        .strip_prefix("mcp:")
        .map(|rest| rest.split('@').next().unwrap_or(rest));
    server.map_or_else(
        || "sign in again".to_owned(),
        |server| format!("sign in again: keyway mcp connect {server}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let file = encode("mcp:github", b"\nsealed\n");
        assert_eq!(decode(&file), Some(("mcp:github", &b"\nsealed\n"[..])));
        assert_eq!(decode(b"keyway-grant 1 mcp:github"), None);
        assert_eq!(decode(b"something else\n"), None);
    }

    #[test]
    fn names_that_differ_in_case_have_files_that_differ_without() {
        assert_ne!(
            file_stem("mcp:A").to_lowercase(),
            file_stem("mcp:a").to_lowercase()
        );
        assert!(file_stem(&"x".repeat(512)).len() < 100);
        assert!(file_stem("mcp:../../etc").starts_with("mcp-..-..-etc-"));
    }

    #[test]
    fn the_remedy_names_the_server() {
        assert_eq!(
            mend("mcp:github@a1b2"),
            "sign in again: keyway mcp connect github"
        );
        assert_eq!(mend("client:x"), "sign in again");
    }
}
