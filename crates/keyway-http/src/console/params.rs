use url::form_urlencoded::{self, Serializer};

/// The most bytes of a value that count.
const MAX_VALUE: usize = 500;

/// What the query of an address says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
}

impl Params {
    /// Reads a query. What is too long is not there.
    pub(crate) fn parse(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).take(50);
        let pairs = pairs.filter(|(_, value)| value.len() <= MAX_VALUE);
        Self {
            pairs: pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        }
    }

    /// The value of a name, without spaces around it; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(given, _)| given == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// The same where it is not empty.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// The address of a path with these names as they are here, and with others set; what is empty is
    /// left out.
    pub(crate) fn href(&self, path: &str, keep: &[&str], set: &[(&str, &str)]) -> String {
        let kept = keep.iter().map(|name| (*name, self.get(name)));
        let mut query = Serializer::new(String::new());
        for (name, value) in kept.chain(set.iter().copied()) {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_what_it_is_told_to_and_leaves_out_what_is_empty() {
        let params = Params::parse("q=a+b&state=&cursor=7&done=x");
        assert_eq!(params.get("q"), "a b");
        assert_eq!(params.some("state"), None);
        let next = params.href("/console/x", &["q", "state"], &[("cursor", "8")]);
        assert_eq!(next, "/console/x?q=a+b&cursor=8");
        assert_eq!(params.href("/console/x", &[], &[]), "/console/x");
    }

    #[test]
    fn what_is_too_long_is_not_there() {
        let params = Params::parse(&format!("q={}", "x".repeat(MAX_VALUE + 1)));
        assert_eq!(params.get("q"), "");
    }
}
