use keyway_core::json::quote;
use keyway_core::rpc::RpcError;

use super::Id;

/// Writes a request. `params` is JSON text.
pub fn write_request(id: &Id, method: &str, params: Option<&str>) -> String {
    let params_len = params.map_or(0, str::len);
    let mut out = String::with_capacity(64 + method.len() + id.as_str().len() + params_len);
    out.push_str("{\"jsonrpc\":\"2.0\",\"id\":");
    out.push_str(id.as_str());
    out.push(',');
    push_method(&mut out, method, params);
    out
}

/// Writes a notification. `params` is JSON text.
pub fn write_notification(method: &str, params: Option<&str>) -> String {
    let mut out = String::with_capacity(48 + method.len() + params.map_or(0, str::len));
    out.push_str("{\"jsonrpc\":\"2.0\",");
    push_method(&mut out, method, params);
    out
}

/// Writes the answer to a request. `result` is JSON text.
pub fn write_result(id: &Id, result: &str) -> String {
    let mut out = String::with_capacity(40 + id.as_str().len() + result.len());
    out.push_str("{\"jsonrpc\":\"2.0\",\"id\":");
    out.push_str(id.as_str());
    out.push_str(",\"result\":");
    out.push_str(result);
    out.push('}');
    out
}

/// Writes the refusal of a request. Without an id the `id` is null, as JSON-RPC 2.0 wants it when
/// the request could not be read. An error that came from an upstream is written as it came.
pub fn write_error(id: Option<&Id>, error: &RpcError) -> String {
    let mut out = String::with_capacity(96 + error.message.len());
    out.push_str("{\"jsonrpc\":\"2.0\",\"id\":");
    out.push_str(id.map_or("null", Id::as_str));
    out.push_str(",\"error\":");
    if let Some(raw) = &error.raw {
        out.push_str(raw.as_str());
    } else {
        out.push_str("{\"code\":");
        out.push_str(&error.code.to_string());
        out.push_str(",\"message\":");
        out.push_str(&quote(&error.message));
        if let Some(data) = &error.data {
            out.push_str(",\"data\":");
            out.push_str(data.as_str());
        }
        out.push('}');
    }
    out.push('}');
    out
}

fn push_method(out: &mut String, method: &str, params: Option<&str>) {
    out.push_str("\"method\":");
    out.push_str(&quote(method));
    if let Some(params) = params {
        out.push_str(",\"params\":");
        out.push_str(params);
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_every_kind() {
        let id = Id::number(7);
        assert_eq!(
            write_request(&id, "a\"b", Some("{}")),
            r#"{"jsonrpc":"2.0","id":7,"method":"a\"b","params":{}}"#
        );
        assert_eq!(
            write_notification("n", None),
            r#"{"jsonrpc":"2.0","method":"n"}"#
        );
        assert_eq!(
            write_result(&id, "{ }"),
            r#"{"jsonrpc":"2.0","id":7,"result":{ }}"#
        );
        let error = RpcError::new(-32602, "no").with_data(&[1]);
        assert_eq!(
            write_error(None, &error),
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"no","data":[1]}}"#
        );
    }
}
