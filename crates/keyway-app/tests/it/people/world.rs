#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_app::people::IdentitySignIn;
use keyway_app::people::{
    Accept, Browser, HashCost, People, Profile, SignIn, SignInSettings, SignedIn, Signup, UseLink,
};
use keyway_app::{App, Settings};
use keyway_core::{Error, Principal, Role, Secret};
use keyway_store::Purpose;

use crate::support::Process;

/// A password that is good enough.
pub(crate) const GOOD: &str = "violet tractor unmade";
/// Another one.
pub(crate) const OTHER: &str = "seven quiet harbours";

/// A gateway whose owner is set up, with passwords that cost little.
pub(crate) struct World {
    pub(crate) process: Process,
    pub(crate) directory: tempfile::TempDir,
}

impl World {
    /// A gateway that nobody has set up.
    pub(crate) async fn fresh(change: impl FnOnce(&mut SignInSettings)) -> Self {
        Self::fresh_with(|settings| change(&mut settings.sign_in)).await
    }

    async fn fresh_with(change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.sign_in.hash = HashCost {
            memory_kib: 64,
            passes: 1,
        };
        change(&mut settings);
        let path = directory.path();
        let process = Process::start_with(path, Purpose::Serve, Vec::new(), settings).await;
        Self { process, directory }
    }

    pub(crate) async fn start() -> (Self, SignedIn) {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut SignInSettings)) -> (Self, SignedIn) {
        Self::with_settings(|settings| change(&mut settings.sign_in)).await
    }

    pub(crate) async fn with_settings(change: impl FnOnce(&mut Settings)) -> (Self, SignedIn) {
        let world = Self::fresh_with(change).await;
        let local = world.app().local();
        let link = world.people().make_setup_link(&local).await.unwrap();
        let using = set_up(link.token.expose(), "ada@example.com", GOOD);
        let owner = world.people().use_link(using).await.unwrap();
        (world, owner)
    }

    pub(crate) async fn signup(signup: Signup) -> (Self, SignedIn) {
        Self::with(|settings| settings.signup = signup).await
    }

    pub(crate) fn app(&self) -> &App {
        &self.process.app
    }

    pub(crate) fn people(&self) -> &People {
        self.process.app.people()
    }

    pub(crate) fn local(&self) -> Principal {
        self.process.app.local()
    }

    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, Error> {
        self.sign_in_from(email, password, browser(1)).await
    }

    pub(crate) async fn sign_in_from(
        &self,
        email: &str,
        password: &str,
        browser: Browser,
    ) -> Result<SignedIn, Error> {
        let sign_in = SignIn {
            email: email.to_owned(),
            password: secret(password),
            browser,
        };
        self.people().sign_in(sign_in).await
    }

    /// Someone who was invited and has accepted.
    pub(crate) async fn joined(&self, email: &str, role: Role) -> SignedIn {
        let made = self.people().invite(&self.local(), email, role).await;
        let token = made.unwrap().token;
        self.accept(token.expose(), "Grace").await.unwrap()
    }

    pub(crate) async fn accept(&self, token: &str, name: &str) -> Result<SignedIn, Error> {
        let accept = Accept::Password {
            name: name.to_owned(),
            password: secret(GOOD),
            browser: browser(2),
        };
        self.people().accept_invitation(token, accept).await
    }

    pub(crate) async fn stop(self) {
        self.process.stop().await;
        drop(self.directory);
    }
}

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// A browser at an address of its own.
pub(crate) fn browser(last: u8) -> Browser {
    Browser {
        address: [192, 0, 2, last].into(),
        user_agent: "Test/1.0".to_owned(),
        device: None,
    }
}

pub(crate) fn set_up(token: &str, email: &str, password: &str) -> UseLink {
    UseLink {
        token: token.to_owned(),
        name: Some("Ada Lovelace".to_owned()),
        email: Some(email.to_owned()),
        password: secret(password),
        browser: browser(1),
    }
}

pub(crate) fn identity(subject: &str, email: Option<&str>, role: Option<Role>) -> IdentitySignIn {
    IdentitySignIn {
        issuer: "https://id.example".to_owned(),
        subject: subject.to_owned(),
        profile: Profile {
            name: Some("Grace Hopper".to_owned()),
            email: email.map(str::to_owned),
            email_verified: true,
        },
        organization: None,
        role,
        browser: browser(3),
    }
}
