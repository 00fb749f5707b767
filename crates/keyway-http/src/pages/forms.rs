use keyway_core::action::{Registry, SignInAction};
use keyway_pages::{BadForm, Field, FieldKind, Form, form_fields};

/// The forms people sign in and up with: of the gateway's own users, or of an application's own
/// login and signup actions.
#[derive(Debug, Clone, Default)]
pub struct Forms {
    login: Option<Vec<Field>>,
    signup: Option<Vec<Field>>,
}

/// An action that no form can be made of. For the one who starts the gateway.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {noun} \"{slug}\" ({place}): {reason}", noun = kind.noun())]
pub struct BadSignIn {
    kind: SignInAction,
    slug: String,
    place: String,
    reason: BadForm,
}

impl Forms {
    /// Makes the forms of a gateway's actions.
    pub fn of(registry: &Registry) -> Result<Self, BadSignIn> {
        Ok(Self {
            login: fields(registry, SignInAction::Login, Form::SignIn)?,
            signup: fields(registry, SignInAction::Signup, Form::SignUp)?,
        })
    }

    /// True when an application's own action says who people are.
    pub(crate) fn sign_in_elsewhere(&self) -> bool {
        self.login.is_some()
    }

    /// The fields of a form of an application's own.
    pub(crate) fn action(&self, kind: SignInAction) -> Option<&[Field]> {
        match kind {
            SignInAction::Login => self.login.as_deref(),
            SignInAction::Signup => self.signup.as_deref(),
        }
    }
}

fn fields(
    registry: &Registry,
    kind: SignInAction,
    form: Form,
) -> Result<Option<Vec<Field>>, BadSignIn> {
    let Some(entry) = registry.sign_in(kind) else {
        return Ok(None);
    };
    let action = entry.action();
    let fields = form_fields(action.input_schema(), form);
    fields.map(Some).map_err(|reason| BadSignIn {
        kind,
        slug: action.slug().to_owned(),
        place: action.defined_at().to_string(),
        reason,
    })
}

/// The most characters of a password that are read.
const MAX_PASSWORD: u64 = 256;

/// The field of an e-mail address.
pub(super) fn email(autocomplete: &str) -> Field {
    Field::new("email", "Email", FieldKind::Email)
        .required()
        .length(None, Some(254))
        .autocomplete(autocomplete)
}

/// The field of a name.
pub(super) fn name() -> Field {
    Field::new("name", "Name", FieldKind::Text)
        .required()
        .length(None, Some(100))
        .autocomplete("name")
        .help("As others will see you.")
}

/// The field of the password someone has.
pub(super) fn password(name: &str, label: &str) -> Field {
    Field::new(name, label, FieldKind::Password)
        .required()
        .length(None, Some(MAX_PASSWORD))
        .autocomplete("current-password")
}

/// The field of a password someone chooses.
pub(super) fn new_password(label: &str, least: usize) -> Field {
    Field::new("password", label, FieldKind::Password)
        .required()
        .length(u64::try_from(least).ok(), Some(MAX_PASSWORD))
        .autocomplete("new-password")
        .help(&format!(
            "At least {least} characters. A few words in a row are good; what others use is not."
        ))
}
