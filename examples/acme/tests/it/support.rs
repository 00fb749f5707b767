use keyway::Error;
use keyway_testing::TestCall;
use serde_json::{Value, json};

/// Calls an action of the app with a key for the Acme at this address.
pub(crate) async fn call(url: &str, key: &str, slug: &str, input: Value) -> Result<Value, Error> {
    TestCall::of(keyway_acme::app(), slug)
        .credential(json!({ "apiKey": key, "url": url }))
        .network()
        .input(input)
        .run()
        .await
}
