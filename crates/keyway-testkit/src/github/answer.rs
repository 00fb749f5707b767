use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

/// What is answered: a status, JSON or text, and headers beyond the usual ones.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    body: Content,
    headers: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone)]
enum Content {
    None,
    Json(Value),
    Text(String),
}

/// A refusal, or an answer.
pub(super) type Answered = Result<Answer, Answer>;

impl Answer {
    pub(super) fn json(status: u16, value: Value) -> Self {
        Self {
            status,
            body: Content::Json(value),
            headers: Vec::new(),
        }
    }

    pub(super) fn ok(value: Value) -> Self {
        Self::json(200, value)
    }

    pub(super) fn created(value: Value) -> Self {
        Self::json(201, value)
    }

    pub(super) fn nothing() -> Self {
        Self {
            status: 204,
            body: Content::None,
            headers: Vec::new(),
        }
    }

    pub(super) fn text(text: String) -> Self {
        Self {
            status: 200,
            body: Content::Text(text),
            headers: Vec::new(),
        }
    }

    pub(super) fn redirect(to: String) -> Self {
        Self {
            status: 302,
            body: Content::None,
            headers: vec![("location", to)],
        }
    }

    /// A refusal in GitHub's form.
    pub(super) fn refuse(status: u16, message: &str) -> Self {
        let documentation = "https://docs.github.com/rest";
        Self::json(
            status,
            json!({ "message": message, "documentation_url": documentation, "status": status.to_string() }),
        )
    }

    pub(super) fn not_found() -> Self {
        Self::refuse(404, "Not Found")
    }

    /// A refusal of what was sent.
    pub(super) fn invalid(resource: &str, field: &str, code: &str) -> Self {
        Self::json(
            422,
            json!({
                "message": "Validation Failed",
                "errors": [{ "resource": resource, "field": field, "code": code }],
                "status": "422",
            }),
        )
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("a status");
        let mut response = match self.body {
            Content::None => Response::new(Body::empty()),
            Content::Json(value) => axum::Json(value).into_response(),
            Content::Text(text) => Response::new(Body::from(text)),
        };
        *response.status_mut() = status;
        for (name, value) in self.headers {
            let name = header::HeaderName::from_static(name);
            response
                .headers_mut()
                .insert(name, HeaderValue::try_from(value).expect("a value"));
        }
        response
    }
}
