use std::sync::Arc;

use keyway_client::sign_in::{Step, Tell};
use keyway_oauth::SignInRequest;
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What the person is to sign in for. The canaries must not be seen anywhere else.
pub(crate) const REQUEST: SignInRequest<'static> = SignInRequest {
    server: "files <&>",
    issuer: "https://as.example",
    scopes: &[],
    url: "https://as.example/authorize?client_id=a&code_challenge=x&state=canary-state",
};

/// The query of the right answer.
pub(crate) const ANSWER: &str = "code=canary-code&state=canary-state&iss=https%3A%2F%2Fas.example";

/// Every step that was told.
#[derive(Clone, Default)]
pub(crate) struct Steps(Arc<Mutex<Vec<Step>>>);

impl Steps {
    pub(crate) fn tell(&self) -> Tell {
        let steps = Arc::clone(&self.0);
        Arc::new(move |step| steps.lock().push(step))
    }

    pub(crate) fn told(&self) -> Vec<Step> {
        self.0.lock().clone()
    }

    pub(crate) async fn until(&self, wanted: impl Fn(&Step) -> bool) {
        let coming = async {
            while !self.0.lock().iter().any(&wanted) {
                tokio::task::yield_now().await;
            }
        };
        crate::wait::soon("the step", coming).await;
    }
}

/// A request as a browser, or somebody else, would send it; `None` when nobody answers.
pub(crate) async fn visit(address: &str, line: &str, host: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let head = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    (!answer.is_empty()).then_some(answer)
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}
