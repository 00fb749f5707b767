use super::exposed::looks_hashed;
use super::split_uri;

/// How many gateways a name or URI shows to have come through, as far as default prefixes tell.
/// Two gateways that point at each other list each other's names with one more each time; this is
/// how that is seen to go too far.
///
/// ```
/// use keyway_core::names::gateways_passed;
///
/// assert_eq!(gateways_passed("read"), 0);
/// assert_eq!(gateways_passed("mcp__one__mcp__other__read"), 2);
/// assert_eq!(gateways_passed("keyway+one:keyway+other:file:///a"), 2);
/// ```
pub fn gateways_passed(name: &str) -> usize {
    let mut uri = name;
    let mut passed = 0;
    while let Some((_, inner)) = split_uri(uri) {
        passed += 1;
        // Slices of the same text: only their length matters.
        uri = inner;
    }
    // A shortened name hides what it came through last.
    passed + name.matches("mcp__").count() + usize::from(looks_hashed(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{Prefix, exposed_name, prefix_uri};

    #[test]
    fn a_name_that_goes_around_is_seen() {
        for server in ["a", "another", "fourteen-chars"] {
            let (mut name, mut uri) = ("status".to_owned(), "keyway://status".to_owned());
            for passed in 0..10 {
                assert!(gateways_passed(&name) >= passed.min(4), "{name}");
                assert!(gateways_passed(&uri) >= passed, "{uri}");
                name = exposed_name(server, &Prefix::Server, &name);
                uri = prefix_uri(server, &uri);
            }
        }
    }

    #[test]
    fn two_gateways_in_a_row_stay_below_four_however_long_the_name() {
        let once = exposed_name("inner", &Prefix::Server, &"long_".repeat(20));
        let twice = exposed_name("outer", &Prefix::Server, &once);
        assert!(gateways_passed(&once) < 4 && gateways_passed(&twice) < 4);
    }
}
