use super::Broadcasts;

/// What addresses everybody, in words.
const EVERYBODY: [&str; 3] = ["channel", "here", "everyone"];
/// What is put into a word so that it is none of those any more: a word joiner, which nobody sees.
const JOINER: char = '\u{2060}';

/// The inside of a line.
pub(super) struct Inline<'a> {
    rest: &'a str,
    broadcasts: Broadcasts,
    /// What stood before, which says whether a word begins here.
    before: Option<char>,
}

impl<'a> Inline<'a> {
    pub(super) fn new(text: &'a str, broadcasts: Broadcasts) -> Self {
        Self {
            rest: text,
            broadcasts,
            before: None,
        }
    }

    /// Writes it in Slack's markup.
    pub(super) fn write(mut self, out: &mut String) {
        while let Some(first) = self.rest.chars().next() {
            let taken = match first {
                '`' => self.code(out),
                '*' | '_' | '~' => self.emphasis(out),
                '[' | '!' => self.link(out),
                '<' => self.angle(out),
                '@' => self.everybody(out),
                '\\' => self.escaped(out),
                _ => None,
            };
            let taken = taken.unwrap_or_else(|| {
                escape(first.encode_utf8(&mut [0; 4]), out);
                first.len_utf8()
            });
            self.take(taken);
        }
    }

    fn take(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.before = taken.chars().next_back();
        self.rest = rest;
    }

    /// `` `code` ``: nothing in it is markup.
    fn code(&self, out: &mut String) -> Option<usize> {
        let ticks = self.rest.len() - self.rest.trim_start_matches('`').len();
        let (mark, after) = self.rest.split_at_checked(ticks)?;
        let (inside, _) = after.split_once(mark)?;
        if inside.trim().is_empty() {
            return None;
        }
        out.push('`');
        escape(&inside.replace('`', "'"), out);
        out.push('`');
        Some(ticks + inside.len() + ticks)
    }

    /// `**bold**`, `__bold__`, `*italic*`, `~~struck~~`; `_italic_` is the same in both.
    fn emphasis(&self, out: &mut String) -> Option<usize> {
        let marks = [("**", '*'), ("__", '*'), ("~~", '~'), ("*", '_')];
        for (mark, own) in marks {
            let Some(after) = self.rest.strip_prefix(mark) else {
                continue;
            };
            if mark == "__" && self.before.is_some_and(char::is_alphanumeric) {
                continue;
            }
            let Some((inside, behind)) = after.split_once(mark) else {
                continue;
            };
            let spaced =
                inside.starts_with(char::is_whitespace) || inside.ends_with(char::is_whitespace);
            if inside.is_empty() || spaced || (mark == "*" && behind.starts_with('*')) {
                continue;
            }
            out.push(own);
            Inline::new(inside, self.broadcasts).write(out);
            out.push(own);
            return Some(inside.len() + 2 * mark.len());
        }
        None
    }

    /// `[text](url)` and `![text](url)`.
    fn link(&self, out: &mut String) -> Option<usize> {
        let start = self.rest.strip_prefix('!').unwrap_or(self.rest);
        let (label, after) = start.strip_prefix('[')?.split_once("](")?;
        let (inside, _) = after.split_once(')')?;
        if label.contains(['\n', '[']) {
            return None;
        }
        let target = inside.split_whitespace().next().unwrap_or_default();
        link(target, label, out);
        Some(self.rest.len() - start.len() + 1 + label.len() + 2 + inside.len() + 1)
    }

    /// `<https://…>`, and what Slack itself writes for people and channels. What addresses everybody, or a
    /// group, becomes plain words.
    fn angle(&self, out: &mut String) -> Option<usize> {
        let (inside, _) = self.rest.strip_prefix('<')?.split_once('>')?;
        let whole = Some(inside.len() + 2);
        if is_web(inside) && !inside.contains(char::is_whitespace) {
            link(inside, "", out);
            return whole;
        }
        let (target, _) = inside.split_once('|').unwrap_or((inside, ""));
        let id = |rest: &str| {
            let good = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
            (2..=32).contains(&rest.len()) && rest.bytes().all(good)
        };
        if let Some(rest) = target.strip_prefix(['@', '#']).filter(|rest| id(rest)) {
            let sign = if target.starts_with('@') { "<@" } else { "<#" };
            out.extend([sign, rest, ">"]);
            return whole;
        }
        let word = target.strip_prefix('!')?;
        let known = EVERYBODY.contains(&word);
        if known && self.broadcasts == Broadcasts::Allowed {
            out.extend(["<!", word, ">"]);
            return whole;
        }
        known.then(|| {
            neutral(word, out);
            inside.len() + 2
        })
    }

    /// `@channel`, as a word.
    fn everybody(&self, out: &mut String) -> Option<usize> {
        // What stands behind a letter is the host of a mail address.
        let word_goes_on = self.before.is_some_and(char::is_alphanumeric);
        let after = self.rest.strip_prefix('@').filter(|_| !word_goes_on)?;
        let length = after.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let word = after.get(..length)?.to_ascii_lowercase();
        if !EVERYBODY.contains(&word.as_str()) {
            return None;
        }
        match self.broadcasts {
            Broadcasts::Allowed => out.extend(["<!", &word, ">"]),
            Broadcasts::Neutral => neutral(&word, out),
        }
        Some(1 + length)
    }

    /// `\*`: the sign itself.
    fn escaped(&self, out: &mut String) -> Option<usize> {
        let sign = self
            .rest
            .chars()
            .nth(1)
            .filter(char::is_ascii_punctuation)?;
        escape(sign.encode_utf8(&mut [0; 4]), out);
        Some(2)
    }
}

fn neutral(word: &str, out: &mut String) {
    out.push('@');
    out.push(JOINER);
    out.push_str(word);
}

/// What Slack reads as markup, made to be read as itself.
pub(super) fn escape(text: &str, out: &mut String) {
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            sign => out.push(sign),
        }
    }
}

/// A link, where it leads into the web; the words and the address otherwise.
pub(super) fn link(target: &str, label: &str, out: &mut String) {
    let label = label.trim();
    if !is_web(target) || target.contains(['<', '>', '|', ' ']) {
        escape(label, out);
        if label != target {
            out.push_str(" (");
            escape(target, out);
            out.push(')');
        }
        return;
    }
    out.push('<');
    escape(target, out);
    if !label.is_empty() && label != target {
        out.push('|');
        escape(&label.replace(['|', '*', '`'], ""), out);
    }
    out.push('>');
}

fn is_web(target: &str) -> bool {
    let schemes = ["https://", "http://", "mailto:"];
    schemes.into_iter().any(|scheme| target.starts_with(scheme))
}
