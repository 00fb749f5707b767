use std::time::Duration;

use http::Method;

use super::{Headers, parts};
use crate::fault::Fault;
use crate::read::{Faults, Fields, Node};
use crate::template::{Pair, Place, Template, Tree, UrlSource, read_text};

const KEYS: &[&str] = &[
    "method",
    "url",
    "query",
    "cookies",
    "headers",
    "body",
    "form",
    "text",
    "media_type",
    "timeout",
    "retries",
    "redirects",
    "max_bytes",
];
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const FORM: &str = "application/x-www-form-urlencoded";

/// What is sent.
#[derive(Debug)]
pub(crate) enum Body {
    /// Nothing.
    None,
    /// JSON.
    Json { tree: Tree, media_type: String },
    /// Names and values.
    Form(Vec<Pair>),
    /// Text.
    Text {
        template: Template,
        place: Place,
        media_type: String,
    },
}

/// A request as a manifest has it.
#[derive(Debug)]
pub(crate) struct HttpSpec {
    pub(crate) method: Method,
    /// The text of the URL and where it stands: it is put together once its app is known.
    pub(crate) url: (String, crate::Spot),
    pub(crate) query: Vec<Pair>,
    pub(crate) cookies: Vec<Pair>,
    pub(crate) headers: Headers,
    pub(crate) body: Body,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: Option<u8>,
    pub(crate) redirects: Option<u8>,
    pub(crate) max_bytes: Option<u64>,
}

impl HttpSpec {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(KEYS, faults)?;
        let method = fields
            .get("method")
            .and_then(|node| node.choice(METHODS, faults));
        let url = fields.need("url", faults).and_then(|node| {
            let text = node.text(faults)?;
            if let Err(fault) = UrlSource::parse(text, &node.at) {
                faults.push(fault);
                return None;
            }
            Some((text.to_owned(), node.at))
        });
        let headers = parts::headers(&fields, faults);
        let body = body(&fields, faults);
        let brings_type = !matches!(body, None | Some(Body::None));
        if brings_type && headers.iter().any(parts::is_content_type) {
            let message = "the body brings its content type with it";
            let fault = Fault::new(fields.at.member("headers"), message);
            faults.push(fault.suggest("say it in `media_type`"));
        }
        let method = method.and_then(|word| word.parse().ok());
        Some(Self {
            method: method.unwrap_or(Method::GET),
            query: parts::pairs(&fields, "query", Place::Query, faults),
            cookies: parts::cookies(&fields, &headers, faults),
            headers,
            timeout: parts::timeout(&fields, faults),
            retries: parts::retries(&fields, faults),
            redirects: fields.small("redirects", 10, faults),
            max_bytes: fields.bytes("max_bytes", faults),
            body: body?,
            url: url?,
        })
    }
}

fn body(fields: &Fields<'_>, faults: &mut Faults) -> Option<Body> {
    let given: Vec<_> = ["body", "form", "text"]
        .into_iter()
        .filter(|key| fields.has(key))
        .collect();
    if given.len() > 1 {
        let message = "`body`, `form` and `text` each say what is sent: one of them is enough";
        faults.push(Fault::new(fields.at.clone(), message));
        return None;
    }
    let media_type = fields.get("media_type").map(|node| {
        let text = node.text(faults)?;
        if is_media_type(text) {
            return Some((text.to_owned(), node.at));
        }
        node.wrong("a media type like `text/plain`", faults)
    });
    match given.first() {
        None => {
            if media_type.is_some() {
                let message = "there is nothing that would have this media type";
                faults.push(Fault::new(fields.at.member("media_type"), message));
            }
            Some(Body::None)
        }
        Some(&"form") => {
            if media_type.is_some() {
                let message = format!("a form is `{FORM}`");
                faults.push(Fault::new(fields.at.member("media_type"), message));
            }
            let pairs = parts::pairs(fields, "form", Place::Form, faults);
            Some(Body::Form(pairs))
        }
        Some(&"body") => {
            let media_type = match media_type {
                Some(given) => given?.0,
                None => "application/json".to_owned(),
            };
            let tree = Tree::read(&fields.get("body")?, faults)?;
            Some(Body::Json { tree, media_type })
        }
        Some(_) => {
            let (media_type, at) = match media_type {
                Some(given) => given?,
                None => ("text/plain".to_owned(), fields.at.member("text")),
            };
            let template = read_text(&fields.get("text")?, faults)?;
            // A text that is one value is that value as it is, as with JSON.
            let place = match template.sole() {
                Some(_) => Some(Place::Plain),
                None => place_in(&media_type),
            };
            if place.is_none() && template.expressions().next().is_some() {
                let message =
                    "values are put into texts of `text/plain`, `text/markdown`, HTML and XML only";
                faults.push(Fault::new(at, message).suggest("JSON is written in `body`"));
            }
            Some(Body::Text {
                template,
                place: place.unwrap_or(Place::Plain),
                media_type,
            })
        }
    }
}

/// How values are written into a text of this type; `None` where nobody knows.
fn place_in(media_type: &str) -> Option<Place> {
    let essence = media_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    match essence.as_str() {
        "text/plain" | "text/markdown" => Some(Place::Plain),
        "text/html" | "text/xml" | "application/xml" => Some(Place::Xml),
        other if other.ends_with("+xml") => Some(Place::Xml),
        _ => None,
    }
}

fn is_media_type(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+*".contains(c))
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let printable = text.chars().all(|c| (' '..='~').contains(&c));
    let parts = essence.split_once('/');
    printable && parts.is_some_and(|(kind, sub)| token(kind) && token(sub))
}

impl Body {
    pub(crate) fn form_type() -> &'static str {
        FORM
    }
}
