//! Names of folders and files out of names that others chose.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The most characters of a name that is used as it is.
const LONGEST: usize = 64;

/// Between what can be read of a name and its hash. No name that is used as it is has one.
const MARK: char = '~';

/// Names that are devices on some systems, with any ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The folder of a server. Servers of a project have the project's mark behind an `@`.
pub(super) fn folder(profile: &str, server: &str) -> String {
    if profile.is_empty() {
        return safe(server);
    }
    format!("{}@{}", safe(server), safe(profile))
}

/// The schema file of a tool.
pub(super) fn schema(tool: &str) -> String {
    format!("{}.json", safe(tool))
}

/// A name that is a file name on every system, the same one for the same text and another one for
/// any other: also where case makes no difference.
fn safe(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    // In front so that no name begins with a sign that a shell or a program takes for something.
    let mut name = String::from("x");
    let readable = text.chars().take(40).map(|c| match c.to_ascii_lowercase() {
        c @ ('a'..='z' | '0'..='9' | '_' | '-') => c,
        _ => '-',
    });
    name.extend(readable);
    name.push(MARK);
    for byte in Sha256::digest(text.as_bytes()).iter().take(10) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn is_plain(text: &str) -> bool {
    let stem = text.split('.').next().unwrap_or_default();
    let numbered = |device: &str| {
        stem.strip_prefix(device)
            .is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()))
    };
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.'))
        && !text.ends_with('.')
        && !text.contains("..")
        && !DEVICES.contains(&stem)
        && !numbered("com")
        && !numbered("lpt")
}

/// The name of an exported skill, after the rule for names of skills that other agents go by: small
/// letters, digits and single hyphens, at most 64.
pub(super) fn exported(server: &str) -> String {
    let mut name = String::from("mcp");
    for part in server.split(|c: char| !c.is_ascii_alphanumeric()) {
        if !part.is_empty() {
            name.push('-');
            name.push_str(&part.to_ascii_lowercase());
        }
    }
    if name.strip_prefix("mcp-") == Some(server) && name.len() <= LONGEST {
        return name;
    }
    name.truncate(LONGEST - 11);
    let mut name = name.trim_end_matches('-').to_owned();
    name.push('-');
    for byte in Sha256::digest(server.as_bytes()).iter().take(5) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_leads_anywhere_or_takes_the_place_of_another() {
        let long = "x".repeat(300);
        let names = [
            "read_file",
            "Read_File",
            "READ_FILE",
            "../read_file",
            "..",
            ".",
            "",
            "a/b",
            "a\\b",
            "a-b",
            "/etc/passwd",
            "nul",
            "con.json",
            "com1",
            "a.",
            "a..b",
            "-rf",
            ".hidden",
            &long,
            "read_file~0",
            "a\0b",
            "é",
            "\u{202e}",
        ];
        let files: BTreeSet<_> = names.iter().map(|name| schema(name)).collect();
        assert_eq!(files.len(), names.len());
        for file in &files {
            assert!(file.len() <= 80, "{file}");
            assert_eq!(*file, file.to_ascii_lowercase());
            assert!(
                file.starts_with(|c: char| c.is_ascii_alphanumeric()),
                "{file}"
            );
            assert!(
                !file.contains(['/', '\\', '\0']) && !file.contains(".."),
                "{file}"
            );
        }
        assert_eq!(schema("read_file"), "read_file.json");
        assert_eq!(folder("", "files.v2"), "files.v2");
        assert_eq!(folder("abc", "files"), "files@abc");
        assert_ne!(folder("", "Files"), folder("", "files"));
    }

    #[test]
    fn exported_names_follow_the_common_rule() {
        let long = "x".repeat(128);
        for server in ["files", "Files", "a_b", "a.b", "a-b", "a--b", "a-", &long] {
            let name = exported(server);
            assert!(
                name.len() <= 64 && !name.contains("--") && !name.ends_with('-'),
                "{name}"
            );
            assert!(
                name.bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            );
        }
        assert_eq!(exported("files"), "mcp-files");
        assert_eq!(exported("a-b"), "mcp-a-b");
        assert_ne!(exported("a_b"), exported("a-b"));
    }
}
