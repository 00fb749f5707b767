//! One noun, one file: a file that grows past the limit is two nouns.

use std::fs;

use crate::Failure;
use crate::workspace::Workspace;

/// Lines of code that a Rust file may have, without blank lines and comments.
const LIMIT: usize = 400;

/// Every Rust file over the limit.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let mut findings = Vec::new();
    for file in workspace.rust_files()? {
        let text = fs::read_to_string(workspace.root.join(&file))?;
        let code = lines_of_code(&text);
        if code > LIMIT {
            findings.push(format!(
                "{file} has {code} lines of code, the limit is {LIMIT}"
            ));
        }
    }
    Ok(findings)
}

fn lines_of_code(text: &str) -> usize {
    let counts = |line: &&str| !line.is_empty() && !line.starts_with("//");
    text.lines().map(str::trim).filter(counts).count()
}

#[cfg(test)]
mod tests {
    use super::lines_of_code;

    #[test]
    fn blank_lines_and_comments_do_not_count() {
        assert_eq!(lines_of_code("//! Doc.\n\nfn one() {\n    // why\n}\n"), 2);
    }
}
