use proptest::prelude::*;

use super::*;

fn neutral(text: &str) -> String {
    message(text, Broadcasts::Neutral, "")
}

#[test]
fn markdown_becomes_slacks_markup() {
    for (markdown, expected) in [
        (
            "**bold** and __bold__ and *thin* and _thin_",
            "*bold* and *bold* and _thin_ and _thin_",
        ),
        ("~~gone~~ \\*kept\\*", "~gone~ *kept*"),
        ("2 * 3 * 4 and a_b_c", "2 * 3 * 4 and a_b_c"),
        (
            "[the log](https://a.example/x?a=1&b=2)",
            "<https://a.example/x?a=1&amp;b=2|the log>",
        ),
        (
            "![shot](https://a.example/s.png)",
            "<https://a.example/s.png|shot>",
        ),
        ("see <https://a.example>", "see <https://a.example>"),
        ("[x](javascript:alert)", "x (javascript:alert)"),
        ("# Title **now** #", "*Title now*"),
        ("- one\n  * two\n1. three", "• one\n  • two\n1. three"),
        ("> quoted <b>", "> quoted &lt;b&gt;"),
        ("1 < 2 && 3 > 2", "1 &lt; 2 &amp;&amp; 3 &gt; 2"),
        ("`a < b **c**` d", "`a &lt; b **c**` d"),
        ("``a`b`` c", "`a'b` c"),
        (
            "```rust\nlet **x** = <y>;\n```\nend",
            "```\nlet **x** = &lt;y&gt;;\n```\nend",
        ),
        ("```\nopen", "```\nopen\n```"),
        ("write to ada@here.example", "write to ada@here.example"),
        (
            "hello <@U012AB3CD> in <#C012AB3CD|ops>",
            "hello <@U012AB3CD> in <#C012AB3CD>",
        ),
    ] {
        assert_eq!(neutral(markdown), expected);
    }
}

#[test]
fn nobody_is_addressed_in_a_crowd_unless_that_is_allowed() {
    for text in [
        "<!everyone>",
        "<!channel>",
        "<!here|here>",
        "@channel",
        "hey @Here!",
        "**@everyone**",
        "[@channel](https://a.example)",
        "<!subteam^S012AB3CD|@crew>",
        "<!date^1^{date}|x>",
        "`<!channel>`",
        "```\n<!channel>\n```",
        "&lt;!channel&gt;",
        "<<!channel>>",
        "<@channel>",
    ] {
        let said = neutral(text);
        assert!(!said.contains("<!"), "{said}");
        let plain = said.replace('`', "");
        assert!(
            !plain.starts_with("@channel") && !plain.contains("@everyone"),
            "{said}"
        );
    }
    let allowed = |text| message(text, Broadcasts::Allowed, "");
    assert_eq!(allowed("@channel <!here>"), "<!channel> <!here>");
    assert_eq!(
        allowed("<!subteam^S012AB3CD>"),
        "&lt;!subteam^S012AB3CD&gt;"
    );
}

#[test]
fn a_text_that_is_too_long_is_cut_where_nothing_breaks() {
    let exact = "ä".repeat(LONGEST);
    assert_eq!(neutral(&exact), exact);
    let tail = link("https://a.example/s/1", "The whole conversation");
    for text in [
        "ä".repeat(LONGEST + 1),
        "&".repeat(LONGEST),
        "[x](https://a.example/y) ".repeat(9_000),
    ] {
        let said = message(&text, Broadcasts::Neutral, &tail);
        assert!(said.chars().count() <= LONGEST);
        assert!(said.ends_with(&format!("{CUT}{tail}")));
        let body = said.strip_suffix(&format!("{CUT}{tail}")).unwrap();
        assert!(!body.ends_with("&am") && body.matches('<').count() == body.matches('>').count());
        assert!(body.chars().count() > LONGEST - 400);
    }
    let code = format!("```\n{}\n```", "x".repeat(LONGEST));
    assert_eq!(neutral(&code).matches(FENCE).count(), 2);
}

proptest! {
    #[test]
    fn whatever_is_said_fits_and_calls_nobody(text in r"[ -~\n]{0,400}", times in 1usize..200) {
        let said = neutral(&text.repeat(times));
        prop_assert!(said.chars().count() <= LONGEST);
        prop_assert!(!said.contains("<!"));
    }
}
