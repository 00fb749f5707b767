//! Whether a GraphQL document is one query and nothing else, by its tokens (GraphQL specification,
//! October 2021, section 2.1). A word in a string, a comment or a field's name is not an operation.

/// The most bytes of a document.
pub(super) const LONGEST: usize = 16 * 1024;
/// How deep brackets may nest.
pub(super) const DEEPEST: usize = 16;

/// Why a document is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bad {
    /// It has more bytes, or nests deeper.
    Bounds,
    /// It is not GraphQL.
    Syntax,
    /// It has a mutation or a subscription.
    Writes,
    /// It has no query, or more than one.
    Count,
}

impl Bad {
    /// What was expected, for a model.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Bounds => "at most 16 KiB, nested at most 16 deep",
            Self::Syntax => "a GraphQL document",
            Self::Writes => "a query: mutations and subscriptions have tools of their own, or none",
            Self::Count => "one query",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Name(&'a str),
    Open(u8),
    Close(u8),
    /// Whatever else: a number, a string, another punctuator.
    Else,
}

/// Checks a document.
pub(super) fn check(document: &str) -> Result<(), Bad> {
    if document.len() > LONGEST {
        return Err(Bad::Bounds);
    }
    let mut tokens = Tokens(document);
    let mut open: Vec<u8> = Vec::new();
    // Between two definitions a word says what the next one is.
    let mut between = true;
    let mut queries = 0;
    while let Some(token) = tokens.next()? {
        if between {
            between = false;
            match token {
                Token::Name("query") => {
                    queries += 1;
                    continue;
                }
                Token::Name("fragment") => continue,
                Token::Name("mutation" | "subscription") => return Err(Bad::Writes),
                // The short form of a query.
                Token::Open(b'{') => queries += 1,
                _ => return Err(Bad::Syntax),
            }
        }
        match token {
            Token::Open(bracket) => {
                open.push(bracket);
                if open.len() > DEEPEST {
                    return Err(Bad::Bounds);
                }
            }
            Token::Close(bracket) => {
                if open.pop() != Some(bracket) {
                    return Err(Bad::Syntax);
                }
                // A selection ends a definition; variables and arguments do not.
                between = open.is_empty() && bracket == b'{';
            }
            Token::Name(_) | Token::Else => {}
        }
    }
    match queries {
        _ if !open.is_empty() || !between => Err(Bad::Syntax),
        1 => Ok(()),
        _ => Err(Bad::Count),
    }
}

/// What is left of a document.
struct Tokens<'a>(&'a str);

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Result<Option<Token<'a>>, Bad> {
        loop {
            let rest = self
                .0
                .trim_start_matches(['\u{feff}', '\t', ' ', '\r', '\n', ',']);
            // A comment ends where a line does, and a carriage return ends one too.
            self.0 = match rest.strip_prefix('#') {
                Some(comment) => comment.trim_start_matches(|c| c != '\n' && c != '\r'),
                None => rest,
            };
            if !rest.starts_with('#') {
                break;
            }
        }
        let Some(first) = self.0.bytes().next() else {
            return Ok(None);
        };
        let token = match first {
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let name = self.take(|c| c == '_' || c.is_ascii_alphanumeric());
                Token::Name(name)
            }
            b'-' | b'0'..=b'9' => {
                self.take(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
                Token::Else
            }
            b'"' => self.string()?,
            b'{' | b'(' | b'[' => {
                self.skip(1);
                Token::Open(first)
            }
            b'}' | b')' | b']' => {
                self.skip(1);
                Token::Close(match first {
                    b'}' => b'{',
                    b')' => b'(',
                    _ => b'[',
                })
            }
            b'.' if self.0.starts_with("...") => {
                self.skip(3);
                Token::Else
            }
            b'!' | b'$' | b'&' | b':' | b'=' | b'@' | b'|' => {
                self.skip(1);
                Token::Else
            }
            _ => return Err(Bad::Syntax),
        };
        Ok(Some(token))
    }

    /// A string, or a block string: three quotes, in which only three quotes end it.
    fn string(&mut self) -> Result<Token<'a>, Bad> {
        if let Some(mut rest) = self.0.strip_prefix("\"\"\"") {
            loop {
                let at = rest.find("\"\"\"").ok_or(Bad::Syntax)?;
                let (inside, after) = rest.split_at(at);
                rest = after.strip_prefix("\"\"\"").unwrap_or_default();
                // A backslash before them says that they do not end it.
                if !inside.ends_with('\\') {
                    self.0 = rest;
                    return Ok(Token::Else);
                }
            }
        }
        let mut inside = self.0.char_indices().skip(1);
        while let Some((at, c)) = inside.next() {
            match c {
                '"' => {
                    self.skip(at + 1);
                    return Ok(Token::Else);
                }
                '\\' => drop(inside.next()),
                '\n' | '\r' => return Err(Bad::Syntax),
                _ => {}
            }
        }
        Err(Bad::Syntax)
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !belongs(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn skip(&mut self, bytes: usize) {
        self.0 = self.0.get(bytes..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_query_is_taken_however_it_is_written() {
        for good in [
            "{ viewer { id } }",
            "query { viewer { id } }",
            "query Q($a: Int = 1, $f: IssueFilter = { title: { eq: \"x\" } }) @d(x: {y: 1}) { issues(first: $a, filter: $f) { nodes { id } } }",
            "fragment F on Issue { id } query { issue(id: \"a\") { ...F } }",
            "query { issue(id: \"mutation { a }\") { mutation: id subscription } }",
            "# mutation { a }\nquery { viewer { id } } # subscription",
            "query { search(term: \"\"\"mutation \\\"\"\" { \"\"\") { id } }",
            "query { search(term: \"\\\" } mutation {\") { id } }",
            "\u{feff}query { search(n: -1.5e+3) { ... on Issue { id } } }",
            "query mutation { viewer { id } }",
            "query { a(term: \"é😀\") { b } }",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn whatever_writes_is_refused_wherever_it_hides() {
        for bad in [
            "mutation { issueDelete(id: \"x\") { success } }",
            "subscription { issues { id } }",
            "query { viewer { id } } mutation { a }",
            "fragment F on Issue { id } mutation { a { ...F } }",
            "# x\rmutation { a }",
            "# x\r\nmutation { a }",
            ",,,\u{feff}mutation{a}",
            "query($f: F = { a: 1 }) { b } mutation M { a }",
        ] {
            assert_eq!(check(bad), Err(Bad::Writes), "{bad}");
        }
        // The comment goes on to the end of the text.
        assert_eq!(check("query { a } # \u{2028} mutation { a }"), Ok(()));
    }

    #[test]
    fn what_is_no_query_or_more_than_one_is_refused() {
        for (document, bad) in [
            ("", Bad::Count),
            ("   # nothing", Bad::Count),
            ("fragment F on Issue { id }", Bad::Count),
            ("{ a } { b }", Bad::Count),
            ("query A { a } query B { b }", Bad::Count),
            ("query", Bad::Syntax),
            ("query {", Bad::Syntax),
            ("query { a )", Bad::Syntax),
            ("query { a } }", Bad::Syntax),
            ("type A { b: C }", Bad::Syntax),
            ("query { a(b: \"c) }", Bad::Syntax),
            ("query { a(b: \"c\n\") }", Bad::Syntax),
            ("query { a(b: \"\"\"c) }", Bad::Syntax),
            ("query { a; }", Bad::Syntax),
            ("query { .. }", Bad::Syntax),
            ("é", Bad::Syntax),
        ] {
            assert_eq!(check(document), Err(bad), "{document}");
        }
        let deep = |depth: usize| format!("{}a{}", "{ a ".repeat(depth), " }".repeat(depth));
        assert_eq!(check(&deep(DEEPEST)), Ok(()));
        assert_eq!(check(&deep(DEEPEST + 1)), Err(Bad::Bounds));
        let long = format!("{{ a }} #{}", "x".repeat(LONGEST));
        assert_eq!(check(&long), Err(Bad::Bounds));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_sent_is_read_without_a_fault(document in ".{0,200}") {
            let _ = check(&document);
        }
    }
}
