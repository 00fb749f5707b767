use std::time::Duration;

/// Waits for something that has to come.
pub(crate) async fn soon<F: Future>(what: &str, coming: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), coming)
        .await
        .unwrap_or_else(|_| panic!("{what} did not come"))
}
