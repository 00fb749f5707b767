use proptest::prelude::*;

use crate::action::{BadTemplate, UriTemplate};

fn found(template: &str, uri: &str) -> Option<String> {
    let variables = UriTemplate::parse(template).unwrap().matches(uri)?;
    let all: Vec<_> = variables.iter().map(|(k, v)| format!("{k}={v}")).collect();
    Some(all.join(" "))
}

#[test]
fn variables_are_found_and_decoded() {
    let cases = [
        ("users/{userId}", "users/42", "userId=42"),
        ("users/{userId}", "users/J%C3%BCrgen%20x", "userId=Jürgen x"),
        ("t://{id}/data", "t://a/data", "id=a"),
        ("f:///{+path}", "f:///a/b%20c.txt", "path=a/b c.txt"),
        ("f:/{+path}.{ext}", "f:/a/b.c.txt", "path=a/b.c ext=txt"),
        ("x:{/a}{/b}", "x:/1/2", "a=1 b=2"),
        ("x:{a}-{b}", "x:1-2-3", "a=1-2 b=3"),
        ("x:all{?q,page}", "x:all?page=2&q=a%2Fb", "page=2 q=a/b"),
        ("x:all{?q,page}", "x:all", ""),
        ("x:{id}{?q}", "x:1?q=", "id=1 q="),
        ("x:fixed", "x:fixed", ""),
    ];
    for (template, uri, expected) in cases {
        assert_eq!(
            found(template, uri).as_deref(),
            Some(expected),
            "{template} {uri}"
        );
    }
}

#[test]
fn what_would_lead_elsewhere_never_matches() {
    for (template, uri) in [
        ("x:{id}", "x:.."),
        ("x:{id}", "x:%2e%2e"),
        ("x:{id}", "x:a%2Fb"),
        ("x:{id}", "x:a%2f"),
        ("x:{id}", "x:a%5Cb"),
        ("x:{id}", "x:a\\b"),
        ("x:{id}", "x:a/b"),
        ("x:{id}", "x:"),
        ("x:{id}", "x:a%00"),
        ("x:{id}", "x:%ff"),
        ("x:{id}", "x:a?b=c"),
        ("x:{+path}", "x:a/../b"),
        ("x:{+path}", "x:../b"),
        ("x:{+path}", "x:a/%2E%2e/b"),
        ("x:{+path}", "x:a%2F..%2Fb"),
        ("x:{+path}", "x:a%2Fb"),
        ("x:a{?q}", "x:a?q=..%2Fb"),
        ("x:a{?q}", "x:a?q=1&q=2"),
        ("x:a{?q}", "x:a?other=1"),
    ] {
        assert_eq!(found(template, uri), None, "{template} {uri}");
    }
    assert_eq!(
        found("x:{id}", "x:%252e%252e").as_deref(),
        Some("id=%2e%2e")
    );
}

#[test]
fn templates_that_cannot_be_matched_back_are_refused() {
    for (template, why) in [
        ("x:{", BadTemplate::Braces),
        ("x:}", BadTemplate::Braces),
        ("x:{a{b}}", BadTemplate::Name),
        ("x:{}", BadTemplate::Name),
        ("x:{a b}", BadTemplate::Name),
        ("x:{äb}", BadTemplate::Name),
        ("x:{a,b}", BadTemplate::Unsupported),
        ("x:{a*}", BadTemplate::Unsupported),
        ("x:{a:3}", BadTemplate::Unsupported),
        ("x:{#a}", BadTemplate::Unsupported),
        ("x:{?a}/b", BadTemplate::Unsupported),
        ("x:{a}{b}", BadTemplate::Adjacent),
        ("x:{a}/{a}", BadTemplate::Twice),
    ] {
        assert_eq!(UriTemplate::parse(template).err(), Some(why), "{template}");
    }
}

#[test]
fn a_hostile_uri_costs_little() {
    let template = UriTemplate::parse("x:{+a}-{+b}-{+c}-{+d}-{+e}!").unwrap();
    let uri = format!("x:{}", "-a".repeat(1000));
    assert_eq!(template.matches(&uri), None);
    assert_eq!(template.matches(&format!("x:{}", "a".repeat(9000))), None);
}

proptest! {
    #[test]
    fn an_expanded_value_is_found_again(
        value in r"[a-zA-Z0-9 äß%&?#=:@!$'()*+,;~_-]{1,20}", page in 0..999u32
    ) {
        let encoded = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
        let uri = format!("x://users/{encoded}/notes?page={page}");
        let template = UriTemplate::parse("x://users/{id}/notes{?page}").unwrap();
        let expected = vec![("id".to_owned(), value), ("page".to_owned(), page.to_string())];
        prop_assert_eq!(template.matches(&uri), Some(expected));
    }

    #[test]
    fn nothing_panics(template in "[a-zäß{}+/?,:*%.]{0,16}", uri in "[a-z%0-9/?&=.é]{0,24}") {
        if let Ok(template) = UriTemplate::parse(&template) {
            let _ = template.matches(&uri);
        }
    }
}
