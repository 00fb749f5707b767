//! `docs/llms.txt` and the index of each folder: every page is named, and every name leads to a page.

use std::fs;
use std::path::Path;

use crate::Failure;
use crate::workspace::Workspace;

const LIST: &str = "docs/llms.txt";

/// Every page that the list does not name, and every link of it that leads nowhere.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let Ok(list) = fs::read_to_string(workspace.root.join(LIST)) else {
        return Ok(vec![format!("{LIST} is missing")]);
    };
    let named: Vec<&str> = links(&list).collect();
    let docs = workspace.root.join("docs");
    let nowhere = named.iter().filter(|link| !docs.join(link).is_file());
    let mut findings: Vec<_> = nowhere
        .map(|link| format!("{LIST} names {link}, which is not there"))
        .collect();
    for file in workspace.files()? {
        let Some(page) = file.strip_prefix("docs/").filter(|page| is_page(page)) else {
            continue;
        };
        if !named.contains(&page) {
            findings.push(format!("{LIST} does not name {page}"));
        }
        let Some((folder @ ("guides" | "how-to"), name)) = page.split_once('/') else {
            continue;
        };
        let index = fs::read_to_string(docs.join(folder).join("README.md"))?;
        if !links(&index).any(|link| link == name) {
            findings.push(format!("docs/{folder}/README.md does not name {name}"));
        }
    }
    Ok(findings)
}

/// What a list names by itself; decisions and indexes have lists of their own.
fn is_page(page: &str) -> bool {
    let text = Path::new(page).extension();
    let text = text.is_some_and(|ending| ending == "md" || ending == "json");
    text && !page.starts_with("adr/") && !page.ends_with("README.md")
}

/// Where the links of a list lead.
fn links(list: &str) -> impl Iterator<Item = &str> {
    let after = list.split("](").skip(1);
    after.filter_map(|rest| rest.split(')').next())
}

#[cfg(test)]
mod tests {
    use super::{is_page, links};

    #[test]
    fn pages_are_what_a_list_names() {
        let list = "- [One](guides/one.md): first\n- [Two](reference/two.json)\n";
        let found: Vec<_> = links(list).collect();
        assert_eq!(found, ["guides/one.md", "reference/two.json"]);
        assert!(found.iter().all(|page| is_page(page)));
        assert!(!is_page("adr/0001.md") && !is_page("how-to/README.md") && !is_page("llms.txt"));
    }
}
