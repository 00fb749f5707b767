use super::render;
use crate::theme::Theme;

fn shown(markdown: &str, columns: usize) -> String {
    let lines: Vec<_> = render(markdown, columns, Theme::plain())
        .iter()
        .map(|line| line.to_string().trim_end().to_owned())
        .collect();
    lines.join("\n")
}

const SAMPLE: &str = "\
# Release notes
Some *calm* and **bold** text with `code`, long enough to be broken into lines.

## Steps
1. First, with [a link](https://example.com/page)
2. Second
   - nested one
   - nested two, which is long enough that it needs another line
3. <https://example.com>

> A quote that is
> also broken

```rust
fn main() {
    println!(\"hello\");
}
```
- [x] done
- [ ] open

| Name | State | Number |
|:-----|:-----:|-------:|
| github | connected | 42 |
| 日本語 | `auth_required` | 7 |

---
The end.";

#[test]
fn everything_common_has_a_form() {
    insta::assert_snapshot!(shown(SAMPLE, 48));
}

#[test]
fn a_table_without_room_becomes_lists() {
    insta::assert_snapshot!(shown(SAMPLE, 20));
}

#[test]
fn a_links_text_cannot_hide_where_it_leads() {
    let text = "[https://bank.example](https://evil.example)";
    assert_eq!(
        shown(text, 80),
        "https://bank.example (https://evil.example)"
    );
    assert_eq!(shown("<https://a.example>", 80), "https://a.example");
}

#[test]
fn no_line_is_wider_than_asked_and_nothing_unfinished_breaks_it() {
    // Every beginning of a text is what streaming shows at some moment.
    for end in (0..SAMPLE.len()).filter(|end| SAMPLE.is_char_boundary(*end)) {
        for columns in [20, 37, 60] {
            for line in render(&SAMPLE[..end], columns, Theme::colour()) {
                assert!(line.width() <= columns, "{line}");
            }
        }
    }
}

#[test]
fn escape_sequences_in_markdown_are_text() {
    let attack = "a `\u{1b}]52;c;eA==\u{7}` [x](\u{1b}[2J)\n\n```\n\u{1b}c\n```";
    let shown = shown(attack, 60);
    assert!(
        !shown.contains(|char: char| char.is_control() && char != '\n'),
        "{shown:?}"
    );
}

#[test]
fn entities_bring_back_nothing_a_terminal_acts_on() {
    let nasty = "a&#27;]0;x&#7;b&#x202e;c&#x9b;d&#x200b;e";
    let text = format!(
        "# {nasty}\n{nasty} *{nasty}* [{nasty}](https://a.example/{nasty})\n\n\
         ```{nasty}\n{nasty}\n```\n\n| {nasty} | b |\n|--|--|\n| {nasty} | c |\n\n- {nasty}\n\n> {nasty}\n\n\
         <b title=\"{nasty}\">{nasty}</b>\n\n<div>{nasty}</div>\n"
    );
    for columns in [20, 120] {
        let shown = shown(&text, columns);
        let bad = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        };
        assert!(!shown.contains(bad), "{shown:?}");
    }
}
