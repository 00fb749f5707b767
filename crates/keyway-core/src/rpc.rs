//! The parts of JSON-RPC 2.0 that reach beyond a transport: raw payloads and errors.

use bytes::Bytes;
use serde_json::value::RawValue;

/// A piece of JSON text that was checked to be one well-formed value, kept byte for byte.
/// Cloning shares the bytes.
///
/// ```
/// use keyway_core::rpc::RawJson;
///
/// let raw = RawJson::parse(r#"{ "n": 1.50 }"#.into()).unwrap();
/// assert_eq!(raw.as_str(), r#"{ "n": 1.50 }"#);
/// assert_eq!(raw.read::<serde_json::Value>().unwrap()["n"], 1.5);
/// assert_eq!(format!("{raw:?}"), "RawJson(13 bytes)");
/// assert!(RawJson::parse("{".into()).is_err());
/// ```
#[derive(Clone)]
pub struct RawJson(Bytes);

impl PartialEq for RawJson {
    /// Byte for byte. What shares its bytes is not read for it.
    fn eq(&self, other: &Self) -> bool {
        let shared = self.0.len() == other.0.len() && self.0.as_ptr() == other.0.as_ptr();
        shared || self.0 == other.0
    }
}

impl Eq for RawJson {}

impl RawJson {
    /// Takes over text that serde has just checked or written.
    pub fn from_raw(raw: Box<RawValue>) -> Self {
        Self(Bytes::from(Box::<str>::from(raw).into_string()))
    }

    /// The part `raw` of `whole`, without copying. `raw` must have been borrowed from `whole`.
    pub fn slice_of(whole: &Bytes, raw: &RawValue) -> Self {
        Self(whole.slice_ref(raw.get().as_bytes()))
    }

    /// Checks that the bytes are one well-formed JSON value.
    pub fn parse(bytes: Bytes) -> Result<Self, serde_json::Error> {
        serde_json::from_slice::<&RawValue>(&bytes)?;
        Ok(Self(bytes))
    }

    /// Writes a value as JSON.
    pub fn of(value: &impl serde::Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(value).map(|bytes| Self(Bytes::from(bytes)))
    }

    /// Text that this crate has just put together out of checked parts.
    pub(crate) fn written(text: String) -> Self {
        debug_assert!(serde_json::from_str::<&RawValue>(&text).is_ok());
        Self(Bytes::from(text))
    }

    /// `{}`
    pub fn empty_object() -> Self {
        Self(Bytes::from_static(b"{}"))
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        // Always UTF-8: every constructor takes text that serde_json checked or wrote.
        std::str::from_utf8(&self.0).unwrap_or("null")
    }

    /// The JSON text as shared bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Reads the text into a type.
    pub fn read<'a, T: serde::Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.0)
    }
}

impl std::fmt::Debug for RawJson {
    /// Shows the length only: payloads are never logged.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawJson({} bytes)", self.0.len())
    }
}

/// A JSON-RPC error: one we make, or one an upstream sent, which is handed through as it came.
///
/// ```
/// use keyway_core::rpc::RpcError;
///
/// let error = RpcError::new(RpcError::METHOD_NOT_FOUND, "there is no such method");
/// assert_eq!(error.code, -32601);
/// ```
#[derive(Debug, Clone)]
pub struct RpcError {
    /// The code.
    pub code: i64,
    /// The message; safe to show.
    pub message: String,
    /// Further data, if any.
    pub data: Option<RawJson>,
    /// The whole `error` object as an upstream wrote it. When present, it is what goes out.
    pub raw: Option<RawJson>,
    /// The scopes a token has to have instead, where that is why the call was refused. HTTP answers
    /// such an error with 403 and a challenge.
    pub scope: Option<Box<crate::Scopes>>,
}

impl RpcError {
    /// The bytes are not JSON.
    pub const PARSE_ERROR: i64 = -32700;
    /// The JSON is not a JSON-RPC request.
    pub const INVALID_REQUEST: i64 = -32600;
    /// There is no such method.
    pub const METHOD_NOT_FOUND: i64 = -32601;
    /// The params are not valid.
    pub const INVALID_PARAMS: i64 = -32602;
    /// A fault on the answering side.
    pub const INTERNAL_ERROR: i64 = -32603;
    /// Headers and body disagree (MCP 2026-07-28).
    pub const HEADER_MISMATCH: i64 = -32020;
    /// A client capability is missing (MCP 2026-07-28).
    pub const MISSING_CLIENT_CAPABILITY: i64 = -32021;
    /// The protocol version is not spoken here (MCP 2026-07-28).
    pub const UNSUPPORTED_PROTOCOL_VERSION: i64 = -32022;

    /// An error of our own.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
            raw: None,
            scope: None,
        }
    }

    /// Adds data.
    pub fn with_data(mut self, data: &impl serde::Serialize) -> Self {
        self.data = RawJson::of(data).ok();
        self
    }
}

impl std::fmt::Display for RpcError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RpcError {}

impl From<crate::Error> for RpcError {
    /// How a failure looks where only a JSON-RPC error can be sent (resources, prompts): its
    /// message, and its whole body as `data`.
    fn from(error: crate::Error) -> Self {
        use crate::Kind;
        if let Some(capability) = error.missing_capability() {
            // `elicitation.url` is `{"elicitation": {"url": {}}}` (MCP 2026-07-28, `ClientCapabilities`).
            let required = capability.rsplit('.').fold(
                serde_json::json!({}),
                |inner, name| serde_json::json!({ name: inner }),
            );
            return Self::new(Self::MISSING_CLIENT_CAPABILITY, error.message().to_owned())
                .with_data(&serde_json::json!({ "requiredCapabilities": required }));
        }
        let code = match error.kind() {
            Kind::Malformed | Kind::NotFound | Kind::Invalid => Self::INVALID_PARAMS,
            Kind::Forbidden => Self::INVALID_REQUEST,
            _ => Self::INTERNAL_ERROR,
        };
        let mut answer = Self::new(code, error.message().to_owned()).with_data(&error.to_json());
        answer.scope = error.needed_scopes().cloned().map(Box::new);
        answer
    }
}
