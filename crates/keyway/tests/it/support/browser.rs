use std::net::SocketAddr;

use http::Method;

use super::app::TestApp;
use super::client::{Answer, Ask};

/// The password of those who have one.
pub(crate) const PASSWORD: &str = "violet harbour moves 7 lanterns";

/// A browser, as far as a gateway can tell: it keeps cookies, and sends forms with the token of the
/// page it was on.
pub(crate) struct Browser {
    address: SocketAddr,
    cookies: Vec<(String, String)>,
    /// The token of the forms of the last page.
    pub(crate) csrf: String,
}

impl Browser {
    pub(crate) fn of(app: &TestApp) -> Self {
        Self::at(app.address())
    }

    pub(crate) fn at(address: SocketAddr) -> Self {
        Self {
            address,
            cookies: Vec::new(),
            csrf: String::new(),
        }
    }

    /// Looks at a page.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let answer = self.ask(Method::GET, path).send().await;
        self.take(&answer);
        answer
    }

    /// Sends a form that was on the last page.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = format!("http://{}", self.address);
        let csrf = self.csrf.clone();
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        let ask = self
            .ask(Method::POST, path)
            .header("origin", &origin)
            .header("sec-fetch-site", "same-origin");
        let answer = form(ask, &fields).send().await;
        self.take(&answer);
        answer
    }

    /// A request with this browser's cookies.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        let ask = Ask::new(self.address, method, path).header("user-agent", "Firefox/140.0 Linux");
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if pairs.is_empty() {
            return ask;
        }
        ask.header("cookie", &pairs.join("; "))
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let mut cookies = self.cookies.iter();
        let found = cookies.find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Puts a cookie into the jar.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.cookies.retain(|(given, _)| given != name);
        self.cookies.push((name.to_owned(), value.to_owned()));
    }

    /// Keeps what an answer sets, and the token of its forms.
    fn take(&mut self, answer: &Answer) {
        for line in answer.0.headers().get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let pair = line.split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(given, _)| given != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        if let Some(token) = token(answer.text()) {
            self.csrf = token;
        }
    }

    /// Signs in as whoever has this address.
    pub(crate) async fn sign_in(&mut self, email: &str) -> Answer {
        self.get("/sign-in").await;
        let fields = [("mode", "signin"), ("email", email), ("password", PASSWORD)];
        self.post("/sign-in", &fields).await
    }
}

/// A body as forms send it.
pub(crate) fn form(ask: Ask, fields: &[(&str, &str)]) -> Ask {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    ask.header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

/// The CSRF token of a page.
pub(crate) fn token(html: &str) -> Option<String> {
    let rest = html.split("name=\"csrf\" value=\"").nth(1)?;
    rest.split('"').next().map(str::to_owned)
}

/// Gives the first owner a password, by the link of the set-up. The browser is signed in then.
pub(crate) async fn set_up(app: &TestApp) -> Browser {
    let people = app.running.app().people();
    let local = app.running.app().local();
    let link = people.make_setup_link(&local).await.unwrap();
    let path = link.path().expose().clone();
    let mut browser = Browser::of(app);
    let page = browser.get(&path).await;
    assert_eq!(page.status(), 200, "{}", page.text());
    let fields = [
        ("name", "Ada Lovelace"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    let done = browser.post(&path, &fields).await;
    assert_eq!(done.status(), 303, "{}", done.text());
    browser
}
