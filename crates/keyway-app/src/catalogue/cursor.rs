use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;

use super::section::Key;
use crate::List;
use crate::crc32::crc32;

/// Where the next page starts: after the item with this key, whether or not it is still there. So
/// a client that pages while the list changes sees every item that stays exactly once.
pub(super) fn write(list: List, after: &Key) -> String {
    let mut bytes = vec![kind(list)];
    if let Some(server) = &after.server {
        bytes.extend_from_slice(server.as_bytes());
    }
    bytes.push(0);
    bytes.extend_from_slice(after.name.as_bytes());
    let sum = crc32(&bytes).to_be_bytes();
    bytes.extend_from_slice(&sum);
    BASE64.encode(bytes)
}

/// Reads a cursor back; `None` for anything that was not written for this list.
pub(super) fn read(list: List, cursor: &str) -> Option<Key> {
    let bytes = BASE64.decode(cursor).ok()?;
    let (body, sum) = bytes.split_last_chunk::<4>()?;
    if crc32(body).to_be_bytes() != *sum {
        return None;
    }
    let rest = body.strip_prefix(&[kind(list)])?;
    let (server, name) = std::str::from_utf8(rest).ok()?.split_once('\0')?;
    Some(Key {
        server: (!server.is_empty()).then(|| server.into()),
        name: name.to_owned(),
    })
}

fn kind(list: List) -> u8 {
    match list {
        List::Tools => b't',
        List::Resources => b'r',
        List::Templates => b'm',
        List::Prompts => b'p',
    }
}
