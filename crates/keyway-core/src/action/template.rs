use std::collections::HashSet;

use percent_encoding::percent_decode_str;

/// The longest URI that is matched against templates, in bytes.
pub const MAX_URI: usize = 2048;

/// The most variables a template may have outside its query.
const MAX_VARIABLES: usize = 16;

/// Variables of a matched URI: name and percent-decoded value, in the template's order.
pub type Variables = Vec<(String, String)>;

/// A URI template (RFC 6570), for taking URIs apart.
///
/// | expression | matches |
/// |---|---|
/// | `{name}` | one or more characters of one path segment |
/// | `{+name}` | one or more characters, slashes included |
/// | `{/name}` | a slash, then like `{name}` |
/// | `{?a,b}` | nothing, or a query with some of these parameters, in any order |
///
/// Where several ways of matching exist, each variable from left to right takes as much as it can.
/// A URI with a value that would lead elsewhere never matches: `.` and `..` segments, encoded slashes and
/// backslashes, control characters and bytes that are not UTF-8.
///
/// ```
/// use keyway_core::action::UriTemplate;
///
/// let template = UriTemplate::parse("keyway://users/{userId}/notes{?page}").unwrap();
/// let variables = template.matches("keyway://users/a%20b/notes?page=2").unwrap();
/// assert_eq!(variables, [("userId".into(), "a b".into()), ("page".into(), "2".into())]);
/// assert_eq!(template.matches("keyway://users/../notes"), None);
/// ```
#[derive(Debug, Clone)]
pub struct UriTemplate {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Simple(String),
    Reserved(String),
    Query(Vec<String>),
}

/// Why a text is not a template that can be matched.
///
/// ```
/// use keyway_core::action::{BadTemplate, UriTemplate};
///
/// assert_eq!(UriTemplate::parse("x://{all*}").unwrap_err(), BadTemplate::Unsupported);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// A brace without its partner.
    #[error("the braces of the template do not pair")]
    Braces,
    /// An operator or modifier that cannot be matched back, or more than 16 expressions.
    #[error("only {{name}}, {{+name}}, {{/name}} and a final {{?a,b}} are supported, 16 at most")]
    Unsupported,
    /// A name that is empty, or has other characters than letters, digits, `_` and `.`.
    #[error("variable names are letters, digits, '_' and '.'")]
    Name,
    /// One name twice.
    #[error("a variable stands twice in the template")]
    Twice,
    /// Two variables with nothing between them.
    #[error("two variables need a literal between them")]
    Adjacent,
}

impl UriTemplate {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, BadTemplate> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (literal, tail) = rest.split_at(open);
            push_literal(&mut pieces, literal);
            let inner = tail.strip_prefix('{').ok_or(BadTemplate::Braces)?;
            let (expression, after) = inner.split_once('}').ok_or(BadTemplate::Braces)?;
            push_expression(&mut pieces, expression)?;
            rest = after;
        }
        push_literal(&mut pieces, rest);
        check(&pieces)?;
        Ok(Self {
            text: text.to_owned(),
            pieces,
        })
    }

    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of its variables, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().flat_map(|piece| {
            match piece {
                Piece::Literal(_) => &[],
                Piece::Simple(name) | Piece::Reserved(name) => std::slice::from_ref(name),
                Piece::Query(names) => names.as_slice(),
            }
            .iter()
            .map(String::as_str)
        })
    }

    /// What a URI's variables are, if it has this form.
    pub fn matches(&self, uri: &str) -> Option<Variables> {
        if uri.len() > MAX_URI {
            return None;
        }
        let mut dead = HashSet::new();
        let mut spans = Vec::with_capacity(self.pieces.len());
        take(&self.pieces, uri, &mut spans, &mut dead).then_some(())?;
        let mut found = Vec::new();
        for (piece, raw) in self.pieces.iter().zip(spans) {
            match piece {
                Piece::Literal(_) => {}
                Piece::Simple(name) => found.push((name.clone(), decode(raw, Slash::Ends)?)),
                Piece::Reserved(name) => {
                    found.push((name.clone(), decode(raw, Slash::Separates)?));
                }
                Piece::Query(names) => read_query(names, raw, &mut found)?,
            }
        }
        Some(found)
    }

    /// How closely it describes its URIs: of two templates that match, the smaller one is meant.
    /// Fewer variables that cross slashes, then more literal text, then fewer variables.
    pub(super) fn rank(&self) -> (usize, std::cmp::Reverse<usize>, usize) {
        let wide = self
            .pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Reserved(_)))
            .count();
        let literal = self
            .pieces
            .iter()
            .map(|piece| {
                if let Piece::Literal(text) = piece {
                    text.len()
                } else {
                    0
                }
            })
            .sum();
        (wide, std::cmp::Reverse(literal), self.variables().count())
    }

    /// The template without the names of its variables: two with the same form match the same URIs.
    pub(super) fn form(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.as_str(),
                Piece::Simple(_) => "{}",
                Piece::Reserved(_) => "{+}",
                Piece::Query(_) => "{?}",
            })
            .collect()
    }
}

fn push_literal(pieces: &mut Vec<Piece>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Piece::Literal(last)) = pieces.last_mut() {
        last.push_str(text);
    } else {
        pieces.push(Piece::Literal(text.to_owned()));
    }
}

fn push_expression(pieces: &mut Vec<Piece>, expression: &str) -> Result<(), BadTemplate> {
    // An upstream's template may hold anything, characters of several bytes at the front included.
    let Some(operator) = expression.chars().next() else {
        return Err(BadTemplate::Name);
    };
    let rest = expression.get(operator.len_utf8()..).unwrap_or_default();
    match operator {
        '+' => pieces.push(Piece::Reserved(variable(rest)?)),
        '/' => {
            push_literal(pieces, "/");
            pieces.push(Piece::Simple(variable(rest)?));
        }
        '?' => {
            let names = rest.split(',').map(variable).collect::<Result<_, _>>()?;
            pieces.push(Piece::Query(names));
        }
        '#' | '.' | ';' | '&' | '=' | ',' | '!' | '@' | '|' => {
            return Err(BadTemplate::Unsupported);
        }
        _ => pieces.push(Piece::Simple(variable(expression)?)),
    }
    Ok(())
}

fn variable(name: &str) -> Result<String, BadTemplate> {
    if name.contains(['*', ':', ',']) {
        return Err(BadTemplate::Unsupported);
    }
    let good = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.');
    good.then(|| name.to_owned()).ok_or(BadTemplate::Name)
}

fn check(pieces: &[Piece]) -> Result<(), BadTemplate> {
    let mut names = HashSet::new();
    if pieces
        .iter()
        .filter(|piece| !matches!(piece, Piece::Literal(_)))
        .count()
        > MAX_VARIABLES
    {
        return Err(BadTemplate::Unsupported);
    }
    for (index, piece) in pieces.iter().enumerate() {
        let (of, last) = match piece {
            Piece::Literal(_) => continue,
            Piece::Simple(name) | Piece::Reserved(name) => (std::slice::from_ref(name), false),
            Piece::Query(all) => (all.as_slice(), true),
        };
        if last && index + 1 != pieces.len() {
            return Err(BadTemplate::Unsupported);
        }
        if !last
            && matches!(
                pieces.get(index + 1),
                Some(Piece::Simple(_) | Piece::Reserved(_))
            )
        {
            return Err(BadTemplate::Adjacent);
        }
        if !of.iter().all(|name| names.insert(name)) {
            return Err(BadTemplate::Twice);
        }
    }
    Ok(())
}

/// Splits the whole of `uri` among `pieces`. `dead` remembers the states that are known to fail,
/// so that none is tried twice.
fn take<'u>(
    pieces: &[Piece],
    uri: &'u str,
    spans: &mut Vec<&'u str>,
    dead: &mut HashSet<(usize, usize)>,
) -> bool {
    let Some((piece, rest)) = pieces.split_first() else {
        return uri.is_empty();
    };
    let (least, most) = match piece {
        Piece::Literal(text) if uri.starts_with(text.as_str()) => (text.len(), text.len()),
        Piece::Literal(_) => return false,
        Piece::Simple(_) => (1, uri.find(['/', '?', '#']).unwrap_or(uri.len())),
        Piece::Reserved(_) => (1, uri.len()),
        Piece::Query(_) => return take_query(uri, spans),
    };
    if dead.contains(&(pieces.len(), uri.len())) {
        return false;
    }
    for end in (least..=most).rev() {
        let Some((raw, tail)) = uri.split_at_checked(end) else {
            continue;
        };
        spans.push(raw);
        if take(rest, tail, spans, dead) {
            return true;
        }
        spans.pop();
    }
    dead.insert((pieces.len(), uri.len()));
    false
}

/// A query takes all that is left, or there is none.
fn take_query<'u>(uri: &'u str, spans: &mut Vec<&'u str>) -> bool {
    let fits = uri.is_empty() || uri.starts_with('?');
    if fits {
        spans.push(uri);
    }
    fits
}

fn read_query(names: &[String], raw: &str, found: &mut Variables) -> Option<()> {
    let Some(query) = raw.strip_prefix('?') else {
        return Some(());
    };
    let mark = found.len();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let known = names.iter().any(|known| known == name);
        let twice = found.iter().skip(mark).any(|(other, _)| other == name);
        if !known || twice {
            return None;
        }
        found.push((name.to_owned(), decode(value, Slash::Allowed)?));
    }
    Some(())
}

/// What a slash means inside a variable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slash {
    /// It ends the variable, and may not be smuggled in encoded.
    Ends,
    /// It separates segments of the variable, and may not be smuggled in encoded.
    Separates,
    /// It is a character like any other.
    Allowed,
}

/// The decoded value, unless it would lead elsewhere.
fn decode(raw: &str, slash: Slash) -> Option<String> {
    let value = percent_decode_str(raw).decode_utf8().ok()?;
    let slashes = |text: &str| {
        text.bytes()
            .filter(|byte| matches!(byte, b'/' | b'\\'))
            .count()
    };
    if slash != Slash::Allowed
        && slashes(&value) != raw.bytes().filter(|byte| *byte == b'/').count()
    {
        return None;
    }
    let escapes = value
        .split(['/', '\\'])
        .any(|segment| matches!(segment, "." | ".."));
    (!escapes && !value.chars().any(char::is_control)).then(|| value.into_owned())
}
