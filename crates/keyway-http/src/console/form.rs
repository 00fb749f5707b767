use http::StatusCode;
use keyway_core::{Error, Kind};
use keyway_pages::console_context::{Changed, Filled};

use crate::pages::PageForm;
use crate::refusal::Refusal;

/// A field as it stands now, for a form that is too old.
pub(crate) struct Now<'a> {
    /// The field.
    pub(crate) name: &'a str,
    /// The key of its label.
    pub(crate) label: &'static str,
    /// What the thing holds now.
    pub(crate) value: String,
}

/// The form as it was sent: only these fields, of which none is a secret.
pub(crate) fn sent(form: &PageForm, fields: &[&str]) -> Filled {
    let mut filled = fields.iter().fold(Filled::new(), |filled, field| {
        filled.with(field, form.get(field))
    });
    filled.revision = revision(form);
    filled
}

/// The revision a form was made of.
pub(crate) fn revision(form: &PageForm) -> Option<u64> {
    form.get("revision").parse().ok()
}

/// Sorts an error into a form that is shown again, with the status to show it with. `filled` holds what
/// was sent. What the sender can do nothing about is a refusal.
pub(crate) fn refused(error: Error, filled: Filled) -> Result<(StatusCode, Filled), Refusal> {
    let status = match error.kind() {
        Kind::Internal | Kind::Unavailable | Kind::Timeout | Kind::NotFound => {
            return Err(error.into());
        }
        Kind::Invalid | Kind::Malformed => StatusCode::UNPROCESSABLE_ENTITY,
        kind => StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY),
    };
    let mut filled = filled;
    let mut elsewhere = error.problems().is_empty();
    for problem in error.problems() {
        let name = problem.pointer.trim_start_matches('/').to_owned();
        let first = name.split('/').next().unwrap_or_default();
        let field = [name.as_str(), first]
            .into_iter()
            .find(|field| !field.is_empty())
            .map(str::to_owned);
        match field {
            Some(field) => filled = filled.wrong(&field, &demand(&problem.expected)),
            None => elsewhere = true,
        }
    }
    if elsewhere || error.problems().is_empty() {
        filled = filled.failed(error.message(), error.hint());
    }
    Ok((status, filled))
}

/// The form of somebody whose thing was changed meanwhile: what they typed stays, what changed is told,
/// and it is of the present revision, so that sending it again replaces that. Show it with status 409.
pub(crate) fn stale(filled: Filled, now: Vec<Now<'_>>, revision: u64) -> Filled {
    in_present(filled.of_revision(revision), now)
}

/// The same of what has no revision.
pub(crate) fn in_present(mut filled: Filled, now: Vec<Now<'_>>) -> Filled {
    for field in now {
        let yours = filled.values.get(field.name).cloned().unwrap_or_default();
        if yours != field.value {
            filled.changed.push(Changed {
                label: field.label,
                now: field.value,
                yours,
                choices: None,
            });
        }
    }
    filled
}

/// The same of a form all of whose fields are as `stored` holds them now: each field's name and the key of
/// its label. `words` is what [`in_words`] is told.
pub(crate) fn stale_as_stored(
    sent: Filled,
    fields: impl IntoIterator<Item = (&'static str, &'static str)>,
    stored: &Filled,
    words: impl Fn(&str, &str) -> Option<&'static str>,
) -> Filled {
    let now = fields.into_iter().map(|(name, label)| Now {
        name,
        label,
        value: stored.values.get(name).cloned().unwrap_or_default(),
    });
    let told = stale(sent, now.collect(), stored.revision.unwrap_or_default());
    in_words(told, words)
}

/// What changed of fields that are one of several, with the texts of the choices in place of the values
/// that forms send. `text` is told a label and a value.
pub(crate) fn in_words(
    mut filled: Filled,
    text: impl Fn(&str, &str) -> Option<&'static str>,
) -> Filled {
    for changed in &mut filled.changed {
        let now = text(changed.label, &changed.now);
        changed.choices = now.zip(text(changed.label, &changed.yours));
    }
    filled
}

/// The text of a field that is ticked or not.
pub(crate) fn ticked(value: &str) -> &'static str {
    if value == "on" {
        "stale-on"
    } else {
        "stale-off"
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
    use super::*;

    fn form() -> PageForm {
        PageForm::parse(b"name=Ada&token=s3cret&revision=4").unwrap()
    }

    #[test]
    fn a_problem_stands_at_its_field_and_only_what_is_named_is_kept() {
        let error = Error::invalid_at("/name", "at most 3 letters");
        let (status, filled) = refused(error, sent(&form(), &["name"])).unwrap();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(filled.values.len(), 1);
        assert_eq!(filled.errors["name"], "Expected: at most 3 letters.");
        assert_eq!((filled.message, filled.revision), (None, Some(4)));
    }

    #[test]
    fn what_concerns_no_field_stands_above_the_form_and_a_fault_of_ours_is_none() {
        let error = Error::new(Kind::Conflict, "name_taken", "there is one of this name");
        let (status, filled) = refused(error, Filled::new()).unwrap();
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(
            filled.message.as_deref(),
            Some("There is one of this name.")
        );
        assert!(refused(Error::internal("row 7"), Filled::new()).is_err());
    }

    #[test]
    fn a_form_that_is_too_old_says_what_changed() {
        let now = |name, value: &str| Now {
            name,
            label: "x",
            value: value.into(),
        };
        let filled = stale(
            sent(&form(), &["name", "other"]),
            vec![now("name", "Grace"), now("other", "")],
            5,
        );
        assert_eq!(filled.revision, Some(5));
        let [changed] = &filled.changed[..] else {
            panic!("one field");
        };
        assert_eq!(
            (changed.now.as_str(), changed.yours.as_str()),
            ("Grace", "Ada")
        );
        let told = |filled: Filled| filled.changed[0].choices;
        let known = |_: &str, value: &str| (value != "Grace").then_some("x-text");
        assert_eq!(told(in_words(filled.clone(), known)), None);
        let known = |_: &str, value: &str| Some(ticked(value));
        assert_eq!(
            told(in_words(filled, known)),
            Some(("stale-off", "stale-off"))
        );
    }
}
