use aws_lc_rs::digest;

/// The place of a sealed value. It is bound to the value, not stored with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Context<'a> {
    /// The id of the organization that owns the row.
    pub organization: &'a str,
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row's primary key.
    pub row: &'a str,
}

impl Context<'_> {
    /// The place as bytes: no two places have the same.
    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(&[
            b"keyway/record/1",
            self.organization.as_bytes(),
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.row.as_bytes(),
        ])
    }
}

/// Every part after its length, so that no two lists of parts have the same encoding.
pub(crate) fn encode(parts: &[&[u8]]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        encoded.extend_from_slice(&(part.len() as u64).to_be_bytes());
        encoded.extend_from_slice(part);
    }
    encoded
}

/// A short fingerprint of an encoded place. It only tells a misplaced value from a damaged one; the
/// place itself is authenticated.
pub(crate) fn fingerprint(encoded: &[u8]) -> [u8; 8] {
    let digest = digest::digest(&digest::SHA256, encoded);
    let mut short = [0; 8];
    for (to, from) in short.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_ne!(encode(&[b"ab", b"c"]), encode(&[b"a", b"bc"]));
        assert_ne!(encode(&[b"", b"a"]), encode(&[b"a", b""]));
        assert_ne!(encode(&[b"a"]), encode(&[b"a", b""]));
    }
}
