use std::net::SocketAddr;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse as _;
use axum::routing::post;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::Failure;

/// The shortest answer, as `OpenAI` streams it.
const ANSWER: &str = "\
data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Seen.\"},\"finish_reason\":null}]}

data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}

data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}}

data: [DONE]

";

/// A model on a thread of its own, which answers at once or lets everybody wait. It goes with this value.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) address: SocketAddr,
    answers: watch::Sender<bool>,
    asked: mpsc::UnboundedReceiver<Instant>,
    _stop: oneshot::Sender<()>,
}

impl Model {
    pub(super) fn start() -> Result<Self, Failure> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (answers, may_answer) = watch::channel(false);
        let (tell, asked) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().route(
            "/v1/chat/completions",
            post(move || {
                let mut may_answer = may_answer.clone();
                let _ = tell.send(Instant::now());
                async move {
                    let _ = may_answer.wait_for(|answers| *answers).await;
                    ([(CONTENT_TYPE, "text/event-stream")], ANSWER).into_response()
                }
            }),
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                tokio::select! {
                    ended = axum::serve(listener, router) => ended,
                    _ = stopped => Ok(()),
                }
            })
        });
        Ok(Self {
            address,
            answers,
            asked,
            _stop: stop,
        })
    }

    /// Whether it answers from here on; who waits is answered then.
    pub(super) fn answers(&self, answers: bool) {
        self.answers.send_replace(answers);
    }

    /// Whether it answers.
    pub(super) fn is_answering(&self) -> bool {
        *self.answers.borrow()
    }

    /// When the next request came.
    pub(super) async fn next_request(&mut self) -> Option<Instant> {
        self.asked.recv().await
    }
}
