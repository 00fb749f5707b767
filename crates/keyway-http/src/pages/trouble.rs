use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use keyway_core::{Error, Kind};
use keyway_pages::{Connect, Field, Html, Install, Invitation, Page, Reset, Setup, alert};

use super::{PageForm, Visit};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// A form that was not taken: it is shown again, with what is wrong where it is wrong.
#[derive(Debug)]
pub(super) struct Trouble {
    /// The status of the page.
    pub(super) status: StatusCode,
    /// What concerns no field in particular.
    pub(super) html: Html,
    /// The fields, filled with what was sent, passwords apart.
    pub(super) fields: Vec<Field>,
}

impl Trouble {
    /// Sorts an error into a form. What the sender can do nothing about is a refusal.
    pub(super) fn of(
        error: Error,
        fields: Vec<Field>,
        sent: &[(String, String)],
    ) -> Result<Self, Refusal> {
        let kind = error.kind();
        if matches!(
            kind,
            Kind::Internal | Kind::Unavailable | Kind::Timeout | Kind::BadGateway
        ) {
            return Err(error.into());
        }
        let mut fields = Field::fill(fields, sent);
        let mut elsewhere = error.problems().is_empty();
        for problem in error.problems() {
            let name = problem.pointer.trim_start_matches('/');
            let name = name.strip_prefix("fields/").unwrap_or(name);
            let known = fields.iter_mut().find(|field| field.name == name);
            match known {
                Some(field) if field.error.is_none() => {
                    *field = field.clone().invalid(&demand(&problem.expected));
                }
                Some(_) => {}
                None => elsewhere = true,
            }
        }
        let (message, hint) = match (elsewhere, error.problems().is_empty()) {
            (true, true) => (error.message().to_owned(), error.hint().map(str::to_owned)),
            (true, false) => ("the form is not filled in as it should be".into(), None),
            (false, _) => ("this is not complete yet; see below".into(), None),
        };
        Ok(Self {
            status: status(kind),
            html: alert(&message, hint.as_deref()),
            fields: Field::focus(fields),
        })
    }
}

/// A page with one form, which is shown again when it was not taken.
pub(super) trait FormPage: Page {
    /// The fields of its form, and where it says what concerns none of them.
    fn form(&mut self) -> (&mut Vec<Field>, &mut Html);
}

macro_rules! form_pages {
    ($($page:ty),+) => {$(
        impl FormPage for $page {
            fn form(&mut self) -> (&mut Vec<Field>, &mut Html) {
                (&mut self.fields, &mut self.error_html)
            }
        }
    )+};
}

form_pages!(Connect, Install, Invitation, Reset, Setup);

impl Visit {
    /// Shows a form again that was not taken, with what is wrong and what was sent.
    pub(super) fn show_again(
        &self,
        shared: &Shared,
        page: impl FormPage,
        error: Error,
        sent: &PageForm,
    ) -> Result<Response, Refusal> {
        let (page, status) = troubled(page, error, sent)?;
        Ok(self.show(shared, &page)?.status(status).into_response())
    }
}

/// A page whose form was not taken, with what is wrong and what was sent, and its status.
pub(super) fn troubled<P: FormPage>(
    mut page: P,
    error: Error,
    sent: &PageForm,
) -> Result<(P, StatusCode), Refusal> {
    let (fields, html) = page.form();
    let trouble = Trouble::of(error, std::mem::take(fields), sent.pairs())?;
    *fields = trouble.fields;
    *html = trouble.html;
    Ok((page, trouble.status))
}

/// A browser has no use for a challenge, so somebody unknown is told as a form that does not hold.
fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Unauthenticated | Kind::Invalid | Kind::Malformed => StatusCode::UNPROCESSABLE_ENTITY,
        kind => StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::BAD_REQUEST),
    }
}

/// What was expected, as something to do.
fn demand(expected: &str) -> String {
    match expected {
        "a value: this property is required" => "fill this in".to_owned(),
        expected => format!("expected: {expected}"),
    }
}

#[cfg(test)]
mod tests {
    use keyway_core::Problem;
    use keyway_pages::FieldKind;

    use super::*;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("email", "Email", FieldKind::Email),
            Field::new("password", "Password", FieldKind::Password),
        ]
    }

    fn sent() -> Vec<(String, String)> {
        [("email", "ada@example.com"), ("password", "hunter2")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }

    #[test]
    fn a_problem_stands_at_its_field_and_what_was_typed_stays_but_for_passwords() {
        let problem = Problem {
            pointer: "/password".into(),
            expected: "at least 12 characters".into(),
        };
        let error = Error::invalid_input(vec![problem]);
        let trouble = Trouble::of(error, fields(), &sent()).unwrap();
        assert_eq!(trouble.status, StatusCode::UNPROCESSABLE_ENTITY);
        let [email, password] = &trouble.fields[..] else {
            panic!("two fields");
        };
        assert_eq!(email.value.as_deref(), Some("ada@example.com"));
        assert_eq!((email.error.as_deref(), email.autofocus), (None, false));
        assert_eq!(password.value, None);
        assert_eq!(
            password.error.as_deref(),
            Some("Expected: at least 12 characters.")
        );
        assert!(password.autofocus);
    }

    #[test]
    fn what_concerns_no_field_stands_above_the_form() {
        let error = Error::new(
            Kind::Unauthenticated,
            "invalid_credentials",
            "this does not match",
        );
        let trouble = Trouble::of(error, fields(), &sent()).unwrap();
        assert_eq!(trouble.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(trouble.html.as_str().contains("This does not match."));
    }

    #[test]
    fn a_fault_of_ours_is_no_trouble_of_the_form() {
        let error = Error::internal("row 7");
        assert!(Trouble::of(error, fields(), &sent()).is_err());
    }
}
