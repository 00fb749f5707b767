use keyway_core::{Error, Kind};
use url::Url;

/// The URL of the next page: the target of the first link with the relation `next` (RFC 8288, section
/// 3), relative to the URL that was asked.
///
/// # Errors
///
/// `upstream_redirected` when it leads to another origin: what is sent belongs to this one.
pub(super) fn next(links: &[String], asked: &str) -> Result<Option<Url>, Error> {
    let Some(target) = links.iter().flat_map(|header| targets(header)).next() else {
        return Ok(None);
    };
    let asked = Url::parse(asked).map_err(Error::internal)?;
    let next = asked.join(target).map_err(|_| elsewhere())?;
    let bare = next.username().is_empty() && next.password().is_none();
    if next.origin() != asked.origin() || !bare {
        return Err(elsewhere());
    }
    Ok(Some(next))
}

fn elsewhere() -> Error {
    Error::new(
        Kind::BadGateway,
        "upstream_redirected",
        "the next page of the service is at another host",
    )
}

/// The targets of links with the relation `next`.
fn targets(header: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, parameters)) = after.split_once('>') else {
            break;
        };
        let end = end_of_link(parameters);
        let (own, more) = parameters.split_at_checked(end).unwrap_or((parameters, ""));
        if relations(own).any(|relation| relation.eq_ignore_ascii_case("next")) {
            found.push(target);
        }
        rest = more;
    }
    found
}

/// Where the parameters of a link end: at a comma outside of quotes.
fn end_of_link(parameters: &str) -> usize {
    let mut quoted = false;
    for (index, c) in parameters.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => return index,
            _ => {}
        }
    }
    parameters.len()
}

fn relations(parameters: &str) -> impl Iterator<Item = &str> {
    let rel = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("rel")
            .then(|| value.trim().trim_matches('"'))
    });
    rel.unwrap_or_default().split_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_is_found_and_stays_at_home() {
        let asked = "https://a.example/v1/x?page=1";
        for (header, expected) in [
            (
                r#"<https://a.example/v1/x?page=2>; rel="next""#,
                Ok(Some("https://a.example/v1/x?page=2")),
            ),
            (
                r"</v1/x?page=2>; rel=next",
                Ok(Some("https://a.example/v1/x?page=2")),
            ),
            (
                r#"<?page=0>; rel="prev", <?page=2>; title="a, b"; REL="last Next""#,
                Ok(Some("https://a.example/v1/x?page=2")),
            ),
            (r#"<?page=9>; rel="last""#, Ok(None)),
            ("", Ok(None)),
            ("<", Ok(None)),
            (r#"<https://b.example/>; rel="next""#, Err(())),
            (r#"<http://a.example/>; rel="next""#, Err(())),
            (r#"<https://a.example:8443/>; rel="next""#, Err(())),
            (r#"<//b.example/>; rel="next""#, Err(())),
            (r#"<https://u:p@a.example/>; rel="next""#, Err(())),
        ] {
            let found = next(&[header.to_owned()], asked);
            let found = found.map(|url| url.map(String::from)).map_err(|_| ());
            assert_eq!(
                found,
                expected.map(|url| url.map(str::to_owned)),
                "{header}"
            );
        }
    }
}
