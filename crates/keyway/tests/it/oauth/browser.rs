use std::collections::BTreeMap;
use std::net::SocketAddr;

use http::Method;
use url::form_urlencoded;

use crate::support::client::{Answer, Ask};

/// A browser that follows nothing by itself: it keeps cookies, and reads forms.
#[derive(Clone)]
pub(crate) struct Browser {
    address: SocketAddr,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let ask = Ask::new(self.address, Method::GET, path).header("accept", "text/html");
        self.send(ask).await
    }

    /// Sends a form as the browser of a page of ours would.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(String, String)]) -> Answer {
        let origin = format!("http://{}", self.address);
        let ask = Ask::new(self.address, Method::POST, path)
            .header("accept", "text/html")
            .header("origin", &origin)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(fields));
        self.send(ask).await
    }

    /// Fills in the form of a page, whose hidden fields it sends back, and sends it.
    pub(crate) async fn submit(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let html = page.text();
        let action = between(html, "action=\"", "\"").expect("the page has a form");
        let mut all = hidden(html);
        all.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let action = unescape(action);
        self.post(&action, &all).await
    }

    /// Goes where an answer leads, as long as that is here.
    pub(crate) async fn follow(&mut self, mut answer: Answer) -> Answer {
        while answer.status() == 303 && answer.header("location").starts_with('/') {
            let to = answer.header("location").to_owned();
            answer = self.get(&to).await;
        }
        answer
    }

    pub(crate) async fn send(&mut self, mut ask: Ask) -> Answer {
        if !self.cookies.is_empty() {
            let pairs = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            ask = ask.header("cookie", &pairs.collect::<Vec<_>>().join("; "));
        }
        let answer = ask.send().await;
        for line in answer.0.headers().get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (pair, rest) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() || rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

pub(crate) fn form(fields: &[(String, String)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

/// The hidden fields of a page.
pub(crate) fn hidden(html: &str) -> Vec<(String, String)> {
    html.split("<input type=\"hidden\"")
        .skip(1)
        .map(|rest| {
            let name = between(rest, "name=\"", "\"").unwrap();
            let value = between(rest, "value=\"", "\"").unwrap();
            (unescape(name), unescape(value))
        })
        .collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    let (found, _) = rest.split_once(end)?;
    Some(found)
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x2f;", "/")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
