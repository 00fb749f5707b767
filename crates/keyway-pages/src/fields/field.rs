use serde::Serialize;

/// A field of a form.
///
/// ```
/// use keyway_pages::{Field, FieldKind};
///
/// let field = Field::new("email", "Email", FieldKind::Email).required().value("ada@example.com");
/// assert_eq!(field.value.as_deref(), Some("ada@example.com"));
///
/// let secret = Field::new("password", "Password", FieldKind::Password).value("never shown again");
/// assert_eq!(secret.value, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "attributes of an HTML element, each by itself"
)]
pub struct Field {
    /// The name it is sent under.
    pub name: String,
    /// What people read beside it.
    pub label: String,
    /// What is entered.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
    /// The fewest characters.
    pub minlength: Option<u64>,
    /// The most characters.
    pub maxlength: Option<u64>,
    /// The least number or date.
    pub min: Option<String>,
    /// The greatest number or date.
    pub max: Option<String>,
    /// The distance of two numbers; `any` for every number.
    pub step: Option<String>,
    /// What a select offers; empty for other kinds.
    pub options: Vec<FieldOption>,
    /// Whether a checkbox is checked.
    pub checked: bool,
    /// What it is filled with; never anything for a password.
    pub value: Option<String>,
    /// The token by which a browser knows what belongs here (HTML, autofill).
    pub autocomplete: Option<String>,
    /// Whether the cursor begins here.
    pub autofocus: bool,
    /// Whether it only shows what it holds.
    pub readonly: bool,
    /// A remark.
    pub help: Option<String>,
    /// What is wrong with what was sent.
    pub error: Option<String>,
}

/// What is entered into a field: the `type` of an `input`, or `select`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// An address.
    Email,
    /// A secret.
    Password,
    /// A secret of any number of lines.
    Pasted,
    /// A number.
    Number,
    /// A day.
    Date,
    /// Yes or no.
    Checkbox,
    /// One of several.
    Select,
}

/// What can be selected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldOption {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it is selected.
    pub selected: bool,
}

impl FieldOption {
    /// A choice.
    pub fn new(value: &str, label: &str) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            selected: false,
        }
    }
}

impl Field {
    /// A field that may stay empty.
    pub fn new(name: &str, label: &str, kind: FieldKind) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            kind,
            required: false,
            minlength: None,
            maxlength: None,
            min: None,
            max: None,
            step: None,
            options: Vec::new(),
            checked: false,
            value: None,
            autocomplete: None,
            autofocus: false,
            readonly: false,
            help: None,
            error: None,
        }
    }

    /// It must be filled in.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// How many characters it takes.
    pub fn length(mut self, least: Option<u64>, most: Option<u64>) -> Self {
        self.minlength = least;
        self.maxlength = most;
        self
    }

    /// Between which bounds, and in which steps.
    pub fn range(mut self, min: Option<&str>, max: Option<&str>, step: Option<&str>) -> Self {
        self.min = min.map(str::to_owned);
        self.max = max.map(str::to_owned);
        self.step = step.map(str::to_owned);
        self
    }

    /// What a select offers.
    pub fn options(mut self, options: Vec<FieldOption>) -> Self {
        self.options = options;
        self
    }

    /// What a browser may fill it with.
    pub fn autocomplete(mut self, token: &str) -> Self {
        self.autocomplete = Some(token.into());
        self
    }

    /// The cursor begins here.
    pub fn autofocus(mut self) -> Self {
        self.autofocus = true;
        self
    }

    /// It only shows what it holds.
    pub fn fixed(mut self) -> Self {
        self.readonly = true;
        self
    }

    /// With a remark.
    pub fn help(mut self, help: &str) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Filled with what was there or was sent. A password is never shown again; a checkbox is
    /// checked by any value but `false` and the empty one.
    pub fn value(mut self, value: &str) -> Self {
        match self.kind {
            FieldKind::Password | FieldKind::Pasted => {}
            FieldKind::Checkbox => self.checked = !matches!(value, "" | "false"),
            FieldKind::Select => {
                for option in &mut self.options {
                    option.selected = option.value == value;
                }
            }
            _ => self.value = Some(value.into()),
        }
        self
    }

    /// With what is wrong with what was sent, and what to do.
    pub fn invalid(mut self, error: &str) -> Self {
        self.error = Some(crate::html::sentence(error));
        self
    }

    /// Fills fields with what was sent, but for passwords.
    pub fn fill(fields: Vec<Self>, sent: &[(String, String)]) -> Vec<Self> {
        let filled = fields.into_iter().map(|field| {
            let last = sent.iter().rev().find(|(name, _)| *name == field.name);
            match last {
                _ if field.readonly => field,
                Some((_, value)) => field.value(value),
                // A checkbox that is not checked sends nothing.
                None => Self {
                    checked: false,
                    ..field
                },
            }
        });
        filled.collect()
    }

    /// Puts the cursor into the first field that is wrong, else the first that is empty, else the
    /// first.
    pub fn focus(mut fields: Vec<Self>) -> Vec<Self> {
        for field in &mut fields {
            field.autofocus = false;
        }
        let wrong = fields.iter().position(|field| field.error.is_some());
        let empty = || fields.iter().position(|field| field.value.is_none());
        let at = wrong.or_else(empty).unwrap_or_default();
        if let Some(field) = fields.get_mut(at) {
            field.autofocus = true;
        }
        fields
    }
}
