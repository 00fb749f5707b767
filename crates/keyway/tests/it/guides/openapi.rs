use serde_json::json;

use super::reader::Reader;
use super::service::{KEY, Service};

const GUIDE: &str = include_str!("../../../../../docs/guides/an-app-from-openapi.md");

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_of_the_billing_api_is_looked_up_and_refunded() {
    let billing = Service::start().await;
    let mut reader = Reader::new()
        .with("https://billing.example", &billing.url())
        .with("k-1234", KEY);
    reader.follow(GUIDE).await;
    let refund = json!({ "id": "RF-1", "invoice": "INV-7", "amount": 4200 });
    assert_eq!(billing.done(), [refund]);
}
