//! Parameters as queries and forms carry them (`application/x-www-form-urlencoded`).

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use super::{ErrorCode, Refusal};

/// The most bytes of a query or form.
const MAX_BYTES: usize = 64 << 10;
/// The most parameters.
const MAX_COUNT: usize = 64;
/// The one parameter that may be there several times (RFC 8707 section 2).
const RESOURCE: &str = "resource";

/// The parameters of a request, each read once. `Debug` shows names only.
pub struct Parameters {
    values: BTreeMap<String, Vec<Zeroizing<String>>>,
}

const UNREADABLE: Refusal = Refusal::new(
    ErrorCode::InvalidRequest,
    "the parameters are not application/x-www-form-urlencoded UTF-8",
);
const TOO_MUCH: Refusal = Refusal::new(
    ErrorCode::InvalidRequest,
    "the request has too many or too long parameters",
);
const REPEATED: Refusal = Refusal::new(
    ErrorCode::InvalidRequest,
    "a parameter is there more than once",
);
const NO_FORM: Refusal = Refusal::new(
    ErrorCode::InvalidRequest,
    "the content type has to be application/x-www-form-urlencoded",
);

impl Parameters {
    /// Reads the query of a request. Nothing is corrected: what is not encoded as it should be is
    /// refused.
    pub fn from_query(query: &str) -> Result<Self, Refusal> {
        if query.len() > MAX_BYTES {
            return Err(TOO_MUCH);
        }
        let mut values = BTreeMap::<String, Vec<Zeroizing<String>>>::new();
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        for (nth, pair) in pairs.enumerate() {
            if nth == MAX_COUNT {
                return Err(TOO_MUCH);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name).ok_or(UNREADABLE)?;
            let value = Zeroizing::new(decode(value).ok_or(UNREADABLE)?);
            values.entry(name).or_default().push(value);
        }
        Ok(Self { values })
    }

    /// Reads the body of a `POST`. `content_type` is the header as it came.
    pub fn from_form(content_type: Option<&str>, body: &[u8]) -> Result<Self, Refusal> {
        let media = content_type.and_then(|value| value.split(';').next());
        let is_form = media.is_some_and(|media| {
            media
                .trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        if !is_form {
            return Err(NO_FORM);
        }
        Self::from_query(std::str::from_utf8(body).map_err(|_| UNREADABLE)?)
    }

    /// A parameter; one without a value counts as not there (RFC 6749 section 3.1).
    pub fn optional(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.values.get(name).map(Vec::as_slice) {
            None => Ok(None),
            Some([value]) => Ok(Some(value.as_str()).filter(|value| !value.is_empty())),
            Some(_) => Err(REPEATED),
        }
    }

    /// A parameter that has to be there; `missing` says that it is not.
    pub fn required(&self, name: &str, missing: &'static str) -> Result<&str, Refusal> {
        self.optional(name)?
            .ok_or(Refusal::new(ErrorCode::InvalidRequest, missing))
    }

    /// Every value of a parameter that may be there several times.
    pub fn all<'p>(&'p self, name: &str) -> impl Iterator<Item = &'p str> {
        let values = self.values.get(name).into_iter().flatten();
        values
            .map(|value| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Refuses a request in which any parameter but `resource` is repeated (RFC 6749 section 3.1).
    pub fn each_once(&self) -> Result<(), Refusal> {
        let repeated = |(name, values): (&String, &Vec<_>)| name != RESOURCE && values.len() > 1;
        if self.values.iter().any(repeated) {
            return Err(REPEATED);
        }
        Ok(())
    }

    /// Every parameter that has a value, for passing them on.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().flat_map(|(name, values)| {
            let values = values.iter().filter(|value| !value.is_empty());
            values.map(|value| (name.as_str(), value.as_str()))
        })
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Decodes a name or a value: `+` is a space, `%` needs two hexadecimal digits, the result is
/// UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (hex(rest.next()?)?, hex(rest.next()?)?);
                high << 4 | low
            }
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Encodes pairs the way [`decode`] reads them.
pub(crate) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish()
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_is_there_once_but_resources() {
        let read = |query| Parameters::from_query(query).unwrap();
        assert_eq!(read("a=1&b=x+%2B").optional("b"), Ok(Some("x +")));
        assert_eq!(read("a=&b").optional("a"), Ok(None));
        assert_eq!(read("a=1&a=1").optional("a"), Err(REPEATED));
        assert_eq!(read("a=&%61=1").each_once(), Err(REPEATED));
        let resources = read("resource=a&x=1&resource=b");
        assert_eq!(resources.each_once(), Ok(()));
        assert_eq!(resources.all("resource").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn what_is_encoded_badly_or_too_long_is_refused() {
        for query in ["a=%", "a=%4", "a=%zz", "a=%ff", "%=1"] {
            assert_eq!(Parameters::from_query(query).unwrap_err(), UNREADABLE);
        }
        let many = "a=1&".repeat(MAX_COUNT + 1);
        let long = format!("a={}", "x".repeat(MAX_BYTES));
        for query in [many, long] {
            assert_eq!(Parameters::from_query(&query).unwrap_err(), TOO_MUCH);
        }
    }

    #[test]
    fn a_form_says_that_it_is_one() {
        let read = |kind| Parameters::from_form(kind, b"a=1").map(|_| ());
        assert_eq!(read(Some("application/x-www-form-urlencoded")), Ok(()));
        assert_eq!(
            read(Some("Application/X-WWW-Form-Urlencoded ; charset=UTF-8")),
            Ok(())
        );
        for kind in [None, Some("application/json"), Some("")] {
            assert_eq!(read(kind), Err(NO_FORM));
        }
        let form = Some("application/x-www-form-urlencoded");
        let binary = Parameters::from_form(form, b"a=\xff").map(|_| ());
        assert_eq!(binary, Err(UNREADABLE));
    }

    #[test]
    fn debug_shows_no_value() {
        let parameters = Parameters::from_query("client_secret=s3cret").unwrap();
        assert_eq!(format!("{parameters:?}"), r#"{"client_secret"}"#);
    }

    proptest::proptest! {
        #[test]
        fn what_is_encoded_is_read_again(name in "[a-z]{1,8}", value in ".{1,40}") {
            let query = encode([(name.as_str(), value.as_str())]);
            let read = Parameters::from_query(&query).unwrap();
            proptest::prop_assert_eq!(read.optional(&name), Ok(Some(value.as_str())));
        }
    }
}
