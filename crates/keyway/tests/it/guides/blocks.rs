/// A fenced block of a guide.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A file of the reader's project: its first line is a comment with the path.
    File { path: String, text: String },
    /// Part of a file of this repository, word for word: its first line names one of `examples`.
    Excerpt { path: String, text: String },
    /// Commands, each with what it says.
    Commands(Vec<Command>),
    /// What the command that goes on says next.
    Said(Vec<String>),
}

/// A command, and the lines shown under it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) text: String,
    pub(super) shown: Vec<String>,
}

/// Every block of a guide, in order. One that nothing would be done with is refused.
pub(super) fn blocks(guide: &str) -> Result<Vec<Block>, String> {
    let mut found = Vec::new();
    let mut lines = (1..).zip(guide.lines());
    while let Some((number, line)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
                return Err(format!("line {number}: a block begins at the margin"));
            }
            continue;
        };
        let mut inside = Vec::new();
        loop {
            let Some((_, line)) = lines.next() else {
                return Err(format!("line {number}: a block without an end"));
            };
            if line == "```" {
                break;
            }
            inside.push(line);
        }
        let block = block(language, &inside).map_err(|wrong| format!("line {number}: {wrong}"))?;
        found.push(block);
    }
    Ok(found)
}

fn block(language: &str, inside: &[&str]) -> Result<Block, String> {
    let owned = || inside.iter().map(|line| (*line).to_owned()).collect();
    match language {
        "console" => commands(inside).map(Block::Commands),
        "text" => Ok(Block::Said(owned())),
        "yaml" | "rust" | "toml" | "sh" | "jsonc" => file(inside),
        other => Err(format!("nothing is done with a block of `{other}`")),
    }
}

fn file(inside: &[&str]) -> Result<Block, String> {
    let first = inside.first().copied().unwrap_or_default();
    let path = first.strip_prefix("# ").or(first.strip_prefix("// "));
    let fits = |path: &&str| !path.is_empty() && !path.contains(' ') && path.contains('.');
    let Some(path) = path.filter(fits) else {
        return Err(format!("`{first}` is no comment with a path"));
    };
    let path = path.to_owned();
    if path.starts_with("examples/") {
        let text = inside.get(1..).unwrap_or_default().join("\n");
        return Ok(Block::Excerpt { path, text });
    }
    let text = inside.join("\n") + "\n";
    Ok(Block::File { path, text })
}

fn commands(inside: &[&str]) -> Result<Vec<Command>, String> {
    let mut found: Vec<Command> = Vec::new();
    for line in inside {
        if let Some(text) = line.strip_prefix("$ ") {
            let text = text.to_owned();
            let shown = Vec::new();
            found.push(Command { text, shown });
            continue;
        }
        let Some(last) = found.last_mut() else {
            return Err("a console begins with a command".into());
        };
        match last.text.strip_suffix('\\') {
            Some(goes_on) if last.shown.is_empty() => {
                last.text = format!("{goes_on}{}", line.trim_start());
            }
            _ => last.shown.push((*line).to_owned()),
        }
    }
    Ok(found)
}

#[test]
fn every_block_of_a_guide_is_something_to_do() {
    let guide = "Do this:\n\n```yaml\n# a/b.yaml\nc: 1\n```\n\n```console\n$ one \\\n    more\n1\n\n$ two\n```\n\n```text\nnext\n```\n";
    let command = |text: &str, shown: &[&str]| Command {
        text: text.into(),
        shown: shown.iter().map(|line| (*line).to_owned()).collect(),
    };
    let file = Block::File {
        path: "a/b.yaml".into(),
        text: "# a/b.yaml\nc: 1\n".into(),
    };
    let commands = vec![command("one more", &["1", ""]), command("two", &[])];
    assert_eq!(
        blocks(guide).unwrap(),
        [
            file,
            Block::Commands(commands),
            Block::Said(vec!["next".into()])
        ]
    );
    for (refused, why) in [
        ("```\nx\n```\n", "nothing is done"),
        ("```python\nx\n```\n", "nothing is done"),
        ("```yaml\na: 1\n```\n", "no comment with a path"),
        ("```rust\n// what this is\n```\n", "no comment with a path"),
        ("```console\n1\n```\n", "begins with a command"),
        ("- x\n  ```yaml\n", "at the margin"),
        ("```text\nx\n", "without an end"),
    ] {
        let told = blocks(refused).unwrap_err();
        assert!(told.contains(why), "{refused}: {told}");
    }
}
