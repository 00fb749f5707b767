//! The messages that are sent. Each request holds a token, in its id and in what is echoed, so that
//! no answer can be taken for another.

/// Bytes of a token.
pub(crate) const TOKEN: usize = 12;

/// The tool of a Keyway action and of every server behind Keyway, and its name through Keyway.
pub(crate) const ECHO: &str = "echo";
pub(crate) const RELAYED_ECHO: &str = "mcp__up__echo";

/// The same as a tool that says nothing of what it does, and so may change something: each call
/// waits until it is written down that it is about to run.
pub(crate) const PUT: &str = "put";
pub(crate) const RELAYED_PUT: &str = "mcp__up__put";

/// The same as an action that needs a credential.
pub(crate) const LEASED_ECHO: &str = "leased";

const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}"#;

/// The n-th token.
pub(crate) fn token(n: u64) -> [u8; TOKEN] {
    let mut token = *b"m00000000000";
    let mut rest = n;
    for digit in token.iter_mut().skip(1).rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    token
}

/// One kind of request, as HTTP/1.1 bytes with the token of [`token`]`(0)` in it.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) bytes: Vec<u8>,
}

impl Message {
    /// `tools/call` of the echo tool.
    pub(crate) fn call(tool: &str, key: Option<&str>) -> Self {
        let token = zero();
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":"{token}","method":"tools/call","params":{{"name":"{tool}","arguments":{{"message":"{token}"}},{META}}}}}"#
        );
        Self::post("tools/call", Some(tool), &body, key)
    }

    /// `tools/list`, from this cursor on.
    pub(crate) fn list(cursor: Option<&str>) -> Self {
        let token = zero();
        let cursor = cursor.map_or(String::new(), |cursor| format!(r#""cursor":"{cursor}","#));
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":"{token}","method":"tools/list","params":{{{cursor}{META}}}}}"#
        );
        Self::post("tools/list", None, &body, None)
    }

    /// The same for a server that has to be called by its own address.
    pub(crate) fn at(mut self, address: std::net::SocketAddr) -> Self {
        let place = memchr::memmem::find(&self.bytes, b"localhost");
        if let Some(place) = place {
            let host = address.to_string().into_bytes();
            self.bytes.splice(place..place + b"localhost".len(), host);
        }
        self
    }

    /// The same of somebody with an API key.
    pub(crate) fn with_key(mut self, key: &str) -> Self {
        let end = memchr::memmem::find(&self.bytes, b"content-length:");
        if let Some(end) = end {
            let line = format!("authorization: Bearer {key}\r\n").into_bytes();
            self.bytes.splice(end..end, line);
        }
        self
    }

    fn post(method: &str, name: Option<&str>, body: &str, key: Option<&str>) -> Self {
        let name = name.map_or(String::new(), |name| format!("mcp-name: {name}\r\n"));
        let key = key.map_or(String::new(), |key| {
            format!("authorization: Bearer {key}\r\n")
        });
        let bytes = format!(
            "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\nmcp-protocol-version: 2026-07-28\r\nmcp-method: {method}\r\n{name}{key}content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes();
        Self { bytes }
    }
}

/// `initialize` of revision 2025-11-25: opens an MCP session.
pub(crate) fn initialize() -> Vec<u8> {
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#;
    format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Where the token of [`token`]`(0)` stands.
pub(crate) fn token_places(bytes: &[u8]) -> Vec<usize> {
    memchr::memmem::find_iter(bytes, &token(0)).collect()
}

/// Writes a token at every place.
pub(crate) fn write_token(bytes: &mut [u8], places: &[usize], token: [u8; TOKEN]) {
    for place in places {
        if let Some(slot) = bytes.get_mut(*place..*place + TOKEN) {
            slot.copy_from_slice(&token);
        }
    }
}

fn zero() -> String {
    String::from_utf8_lossy(&token(0)).into_owned()
}
