use keyway_core::provider::sign;

/// A UUID in the form that Linear takes for what a client creates (version 4, RFC 9562 section 5.4),
/// always the same one for a seed: what is created twice with it is refused the second time, and it is
/// found by it.
pub(super) fn uuid_of(seed: &str) -> String {
    let digest = sign::digest(format!("keyway linear {seed}").as_bytes());
    let mut text = String::with_capacity(36);
    for (at, digit) in digest.chars().take(32).enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(match at {
            12 => '4',
            // The variant: the two highest bits are `10`.
            16 => match digit.to_digit(4) {
                Some(0) => '8',
                Some(1) => '9',
                Some(2) => 'a',
                _ => 'b',
            },
            _ => digit,
        });
    }
    text
}

/// Whether a text has the form of a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_uuid_of_version_4() {
        let one = uuid_of("kw-1");
        assert_eq!(one, uuid_of("kw-1"));
        assert_ne!(one, uuid_of("kw-2"));
        for number in 0..64 {
            let uuid = uuid_of(&number.to_string());
            assert!(is_uuid(&uuid), "{uuid}");
            assert_eq!(&uuid[14..15], "4");
            assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"), "{uuid}");
        }
        assert!(!is_uuid("ENG-1") && !is_uuid(&"x".repeat(36)));
    }
}
