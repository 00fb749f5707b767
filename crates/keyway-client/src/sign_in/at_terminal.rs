use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::BoxFuture;
use keyway_oauth::{SignIn, SignInError, SignInRequest};
use parking_lot::Mutex;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _};
use tokio::time::timeout;

use super::browser::Browser;
use super::callback::CallbackUrl;
use super::listening::{ListenError, Listening};
use super::pasted;

/// How far a sign-in is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The page is being opened in the browser; the link is for when nothing is seen of it.
    Opening {
        /// The authorization request.
        link: String,
    },
    /// The page is to be opened by hand.
    Link {
        /// The authorization request.
        link: String,
        /// Why, where a browser was to open it.
        why: Option<String>,
        /// True when the address that the browser came back to can be pasted.
        can_paste: bool,
    },
    /// What was pasted is no answer, and why.
    AskAgain(&'static str),
    /// The person came back.
    CameBack,
}

/// Is told each step; shows it to the person. Never waits.
pub type Tell = Arc<dyn Fn(Step) + Send + Sync>;

/// What a person pastes, line by line.
type Input = Box<dyn AsyncBufRead + Send + Unpin>;

/// Signing in for a command at a terminal: in a browser on this machine, which comes back by itself,
/// or in any browser, with the address pasted back.
pub struct AtTerminal {
    callback: CallbackUrl,
    browser: Option<Browser>,
    input: Option<tokio::sync::Mutex<Input>>,
    wait: Duration,
    tell: Tell,
    /// Opened before the sign-in began, so that a busy port is known before anything is asked of
    /// an authorization server.
    ready: Mutex<Ready>,
}

#[derive(Default)]
struct Ready {
    listening: Option<Listening>,
    callback: Option<CallbackUrl>,
}

impl AtTerminal {
    /// Waits so long for the person, who is told the steps.
    pub fn new(callback: CallbackUrl, wait: Duration, tell: Tell) -> Self {
        Self {
            callback,
            browser: None,
            input: None,
            wait,
            tell,
            ready: Mutex::default(),
        }
    }

    /// Opens pages in this browser.
    pub fn with_browser(mut self, browser: Browser) -> Self {
        self.browser = Some(browser);
        self
    }

    /// Takes pasted addresses from here.
    pub fn with_input(mut self, input: impl AsyncBufRead + Send + Unpin + 'static) -> Self {
        self.input = Some(tokio::sync::Mutex::new(Box::new(input)));
        self
    }

    /// Opens the callback's port now.
    ///
    /// # Errors
    /// When it is in use. Without a browser of our own but with something to paste into, nothing
    /// has to be listened on.
    pub fn prepare(&self) -> Result<(), ListenError> {
        let opened = self.callback.listen();
        let mut ready = self.ready.lock();
        match opened {
            Ok(listening) => {
                ready.callback = Some(listening.callback().clone());
                ready.listening = Some(listening);
                Ok(())
            }
            Err(_) if self.browser.is_none() && self.input.is_some() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn callback(&self) -> CallbackUrl {
        let ready = self.ready.lock();
        ready.callback.as_ref().unwrap_or(&self.callback).clone()
    }

    async fn bring(&self, request: SignInRequest<'_>) -> Result<String, SignInError> {
        if self.ready.lock().listening.is_none() {
            self.prepare()?;
        }
        let listening = self.ready.lock().listening.take();
        let coming_back = async {
            match listening {
                Some(listening) => listening.answer(request).await,
                None => pending().await,
            }
        };
        let can_come_back = self.ready.lock().callback.is_some();
        let answer = tokio::select! {
            answer = coming_back => answer,
            answer = self.pasted(request, can_come_back) => answer,
            // The person may be back before the browser's starter has ended.
            never = async { self.open(request.url).await; pending().await } => never,
        };
        if answer.is_ok() {
            (self.tell)(Step::CameBack);
        }
        answer
    }

    /// Opens the page, or says that the person has to.
    async fn open(&self, url: &str) {
        let link = || url.to_owned();
        let why = match &self.browser {
            None => None,
            Some(browser) => {
                (self.tell)(Step::Opening { link: link() });
                match browser.open(url).await {
                    Ok(()) => return,
                    Err(why) => Some(why.to_string()),
                }
            }
        };
        (self.tell)(Step::Link {
            link: link(),
            why,
            can_paste: self.input.is_some(),
        });
    }

    /// The answer that is pasted.
    async fn pasted(
        &self,
        request: SignInRequest<'_>,
        can_come_back: bool,
    ) -> Result<String, SignInError> {
        let Some(input) = &self.input else {
            return pending().await;
        };
        let mut input = input.lock().await;
        let callback = self.callback();
        loop {
            let mut line = Vec::new();
            let read = input.read_until(b'\n', &mut line).await;
            if !matches!(read, Ok(1..)) {
                if can_come_back {
                    return pending().await;
                }
                let message =
                    "the input ended before the address was pasted that the browser came back to";
                return Err(SignInError::Unavailable(message.to_owned()));
            }
            match pasted::read(&String::from_utf8_lossy(&line), &callback, request) {
                None => {}
                Some(Ok(url)) => return Ok(url),
                Some(Err(refused)) => (self.tell)(Step::AskAgain(refused.text())),
            }
        }
    }
}

impl SignIn for AtTerminal {
    fn sign_in<'a>(
        &'a self,
        request: SignInRequest<'a>,
    ) -> BoxFuture<'a, Result<String, SignInError>> {
        Box::pin(async move {
            timeout(self.wait, self.bring(request))
                .await
                .unwrap_or(Err(SignInError::TimedOut))
        })
    }

    fn redirect_uri(&self) -> String {
        self.callback().to_string()
    }
}

impl std::fmt::Debug for AtTerminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AtTerminal")
            .field("callback", &self.callback)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}
