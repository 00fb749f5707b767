/// A file that pages are made of, as it is built in.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// The name of the file.
    pub name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        &[$(Template { name: $name, text: include_str!(concat!("../templates/", $name)) }),*]
    };
}

/// Every file that is built in, and that a file of the same name in a folder overrides.
pub const BUILT_IN: &[Template] = built_in![
    "layout.html",
    "fields.html",
    "oauth-authorize.html",
    "oauth-consent.html",
    "oauth-success.html",
    "device.html",
    "setup.html",
    "setup-needed.html",
    "reset.html",
    "connect.html",
    "install.html",
    "invitation.html",
    "account.html",
    "error.html",
    "oauth-common.css",
    "keyway.svg",
];
