use std::sync::Arc;

use keyway_app::status;
use keyway_app::system::SystemClock;
use keyway_core::action::Registry;
use keyway_core::ports::Clock;

use crate::Gateway;
use crate::config::Config;
use crate::serve::about;

/// The OpenAPI document of the stock gateway.
pub(super) fn page() -> String {
    let gateway = Gateway::builder().build();
    let config = Config::default();
    let identity = gateway.identity();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let status = status::described(identity.name.as_str(), identity.version.as_str(), &clock);
    let registry = Registry::new(vec![status]).unwrap_or_default();
    let about = about(identity, &config);
    let mcp = crate::serve::http_settings(&config, config.listen.bind).mcp;
    let document = keyway_http::openapi::document(&about, &mcp, &registry);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
