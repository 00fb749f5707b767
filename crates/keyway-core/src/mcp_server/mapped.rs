use std::fmt;
use std::sync::Arc;

use http::HeaderName;

use crate::credential::Lease;
use crate::headers::is_of_mcp;
use crate::{Error, Kind, Secret};

type Read = dyn Fn(&Lease) -> Result<Secret<String>, Error> + Send + Sync;

/// A header, or a variable of a child process, that is made of what was leased.
#[derive(Clone)]
pub struct Mapped {
    name: String,
    read: Arc<Read>,
}

impl Mapped {
    pub(super) fn new(
        name: impl Into<String>,
        read: impl Fn(&Lease) -> Result<Secret<String>, Error> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            read: Arc::new(read),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True when both are made the same way: by the same code, or by what is known to be alike.
    pub(super) fn is(&self, other: &Self, alike: bool) -> bool {
        self.name == other.name && (alike || Arc::ptr_eq(&self.read, &other.read))
    }

    pub(super) fn read(&self, lease: &Lease) -> Result<Secret<String>, Error> {
        (self.read)(lease)
    }
}

impl fmt::Debug for Mapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mapped").field(&self.name).finish()
    }
}

/// What belongs to a proxy on the way.
const OF_PROXIES: [&str; 3] = [
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
];

/// Why a header of this name cannot be set, if it cannot.
pub(super) fn header_fault(name: &str) -> Option<String> {
    let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
        return Some(format!("`{name}` is not a header name"));
    };
    let lower = parsed.as_str();
    let taken = is_of_mcp(lower) || OF_PROXIES.contains(&lower);
    taken.then(|| format!("the header `{name}` cannot be set: the transport writes it"))
}

/// Why a variable of this name cannot be set, if it cannot.
pub(super) fn variable_fault(name: &str) -> Option<String> {
    let bad = name.is_empty() || name.contains(['=', '\0']);
    bad.then(|| "it names a variable that no process can have".to_owned())
}

/// What a header can carry: printable ASCII, spaces and tabs (RFC 9110 section 5.5, less `obs-text`).
pub(super) fn is_header_value(value: &str) -> bool {
    let carried = |byte: u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
    value.bytes().all(carried)
}

pub(super) fn bad_value(server: &str, name: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "header_value_invalid",
        format!(
            "what is stored cannot be sent to the MCP server `{server}` as `{name}`: it has line breaks \
             or characters beyond ASCII"
        ),
    )
    .with_hint("set the credential again; `@file:` leaves out the newline at the end")
}
