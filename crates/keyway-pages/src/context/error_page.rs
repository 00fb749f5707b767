use serde::Serialize;

use crate::Page;
use crate::html::sentence;

/// Something did not go as it should: `error.html`.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorPage {
    /// The HTTP status.
    pub status: u16,
    /// What it is about, in a few words.
    pub title: String,
    /// What went wrong, as a sentence.
    pub message: String,
    /// What to do about it, as a sentence.
    pub hint: Option<String>,
    /// The id of the request, for whoever looks it up in the log.
    pub request_id: Option<String>,
    /// Where to go from here.
    pub back: Option<String>,
    /// What is there.
    pub back_label: Option<String>,
}

impl ErrorPage {
    /// A page that tells an error; its texts become sentences.
    pub fn new(status: u16, title: &str, message: &str) -> Self {
        Self {
            status,
            title: title.into(),
            message: sentence(message),
            ..Self::default()
        }
    }

    /// With what the reader can do about it.
    pub fn hint(mut self, hint: Option<&str>) -> Self {
        self.hint = hint.map(sentence);
        self
    }

    /// With the id of the request.
    pub fn request(mut self, id: &str) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// With a way on.
    pub fn back(mut self, href: &str, label: &str) -> Self {
        self.back = Some(href.into());
        self.back_label = Some(label.into());
        self
    }
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "error.html";

    fn samples() -> Vec<Self> {
        let plain = Self::new(404, "Not found", "there is no page here");
        let full = Self::new(400, "This form cannot be used", "it is too old")
            .hint(Some("load the page again"))
            .request("req_sample")
            .back("/sign-in", "Sign in");
        vec![plain, full]
    }
}
