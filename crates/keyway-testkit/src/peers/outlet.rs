use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

/// Where messages of a peer go. Text is one JSON message, or bytes that are none.
pub(super) type Outlet = UnboundedSender<Vec<u8>>;

/// One who hears what is announced.
pub(super) struct Listener {
    pub(super) out: Outlet,
    /// The subscription of a modern client.
    pub(super) subscription: Option<Value>,
    /// The filter it gave.
    pub(super) filter: Value,
}

impl Listener {
    /// Passes an announcement on if it is wanted. False once nobody listens.
    pub(super) fn tell(&self, method: &str, mut params: Value) -> bool {
        if let Some(subscription) = &self.subscription {
            let wanted = match method {
                "notifications/tools/list_changed" => self.filter["toolsListChanged"] == true,
                "notifications/resources/updated" => self.filter["resourceSubscriptions"]
                    .as_array()
                    .is_some_and(|uris| uris.contains(&params["uri"])),
                _ => true,
            };
            if !wanted {
                return !self.out.is_closed();
            }
            params["_meta"] = json!({ "io.modelcontextprotocol/subscriptionId": subscription });
        }
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        self.out.send(message.to_string().into_bytes()).is_ok()
    }
}
