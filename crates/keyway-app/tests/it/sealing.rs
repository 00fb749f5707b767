use keyway_store::Purpose;

use crate::support::{Process, stranger};

#[tokio::test]
async fn a_sealed_state_opens_only_for_whom_it_was_sealed() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let app = &process.app;
    let who = app
        .authenticate(&process.key.clone().unwrap())
        .await
        .unwrap();
    let sealed = app.seal(&who, b"state");
    assert_eq!(app.open(&who, &sealed).as_deref(), Some(&b"state"[..]));
    for other in [app.local(), app.anonymous(), stranger()] {
        assert_eq!(app.open(&other, &sealed), None);
    }
    for broken in ["", "AAAA", &sealed[1..], &format!("{sealed}A")] {
        assert_eq!(app.open(&who, broken), None);
    }
    assert_ne!(app.seal(&who, b"state"), sealed, "no two look alike");
    process.stop().await;
}
