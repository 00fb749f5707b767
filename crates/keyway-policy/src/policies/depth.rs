//! How deep the expressions of a text nest, before anything reads them: the parser, the validator and
//! the evaluator of Cedar go down as deep as they do, and a stack that ends would end the process.

/// How deep expressions may nest: brackets, and the operators of a chain, each of which is a level of
/// the tree that the chain becomes.
pub(super) const MOST: usize = 250;
/// How deep they may nest where nothing is done about the stack.
pub(super) const PLAIN: usize = 40;
/// The bytes of stack on which texts are read and deep policies are evaluated.
pub(super) const STACK: usize = 32 << 20;

/// The greatest depth; as an error, the byte where it is too great.
pub(super) fn depth(text: &str) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let mut levels = vec![Level::default()];
    let (mut at, mut deepest) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let mut length = 1;
        match byte {
            b'/' if rest.starts_with(b"//") => {
                length = rest.iter().take_while(|byte| **byte != b'\n').count();
            }
            b'"' => length = string(rest),
            b'(' | b'[' | b'{' => levels.push(Level::default()),
            b')' | b']' | b'}' if levels.len() > 1 => drop(levels.pop()),
            _ => {
                length = word(rest).max(1);
                if let Some(level) = levels.last_mut() {
                    level.take(rest, length);
                }
            }
        }
        let sum = |level: &Level| level.links + level.run + 1;
        deepest = deepest.max(levels.iter().map(sum).sum());
        if deepest > MOST {
            return Err(at);
        }
        at += length;
    }
    Ok(deepest)
}

/// What was met since the bracket that is open, or the last comma or semicolon in it.
#[derive(Default)]
struct Level {
    /// Operators whose chains become trees.
    links: usize,
    /// Accesses and negations of the present operand.
    run: usize,
}

impl Level {
    fn take(&mut self, rest: &[u8], length: usize) {
        match rest {
            [b',' | b';', ..] => *self = Self::default(),
            [b'!', b'=', ..] | [b'=' | b'<' | b'>', ..] => self.run = 0,
            [b'.' | b'!', ..] => self.run += 1,
            [b'+' | b'-' | b'*' | b'&' | b'|', ..] => self.link(),
            [b'i', b'f', ..] if length == 2 => self.link(),
            _ => {}
        }
    }

    fn link(&mut self) {
        self.links += 1;
        self.run = 0;
    }
}

/// The length of a string that begins here.
fn string(rest: &[u8]) -> usize {
    let mut escaped = true;
    let end = rest.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |end| end + 1)
}

/// The length of a word, or of one of the signs that are written twice.
fn word(rest: &[u8]) -> usize {
    if rest.starts_with(b"&&") || rest.starts_with(b"||") || rest.starts_with(b"!=") {
        return 2;
    }
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    rest.iter().take_while(inside).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_chains_are_counted_and_what_stands_side_by_side_is_not() {
        let of = |text: &str| depth(text).unwrap();
        assert_eq!(of(""), 0);
        assert_eq!(of("permit (principal, action, resource);"), 2);
        assert_eq!(of("((((1))))"), 5);
        assert_eq!(of("a && b && c"), 3);
        assert_eq!(of("a.b.c == d.e.f"), 3);
        assert_eq!(of("a.b == c || a.b == d || a.b == e"), 4);
        assert_eq!(of("if a then b else if c then d else e"), 3);
        assert_eq!(of("[a && b, c && d, e && f]; [a && b]"), 3);
        assert_eq!(of(r#""((((\"((" // (((("#), 1);
        assert_eq!(of("!(!(a))"), 5);
        assert_eq!(of("a != b"), 1);
        assert_eq!(of("))))"), 1);
        assert_eq!(of("gif ifs"), 1);
    }

    #[test]
    fn what_is_too_deep_is_told_where() {
        assert_eq!(depth(&"(".repeat(MOST - 1)), Ok(MOST));
        assert_eq!(depth(&"(".repeat(2 * MOST)), Err(MOST - 1));
        assert!(depth(&"a || ".repeat(MOST + 1)).is_err());
    }
}
