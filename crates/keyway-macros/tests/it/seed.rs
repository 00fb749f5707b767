//! The examples of the guide that Keyway's authoring began from, next to what they are here: each is
//! shorter.

use keyway::Credential as _;

/// What the example says, line by line; in Rust it is the file beside it.
struct Example {
    original: &'static str,
    here: &'static str,
}

const CREDENTIAL: Example = Example {
    original: include_str!("../seed/credential.ts"),
    here: include_str!("../seed/credential.rs"),
};

const ACTION: Example = Example {
    original: include_str!("../seed/action.ts"),
    here: include_str!("../seed/action.rs"),
};

const APP: Example = Example {
    original: include_str!("../seed/app.ts"),
    here: include_str!("../seed/app.rs"),
};

const APP_ACTION: Example = Example {
    original: include_str!("../seed/app_action.ts"),
    here: include_str!("../seed/app_action.rs"),
};

/// The files as they stand, compiled. Names that an author takes from `keyway` come from the two
/// crates it has them from.
mod keyway_as_authors_see_it {
    pub(crate) use keyway::{App, Error, Secret};
    pub(crate) use keyway_macros::{Credential, action, data};
}

#[expect(unreachable_pub, reason = "as it stands in a crate of its own")]
mod first {
    use super::keyway_as_authors_see_it as keyway;

    pub(crate) mod credential {
        use super::keyway;
        include!("../seed/credential.rs");
    }

    pub(crate) mod action {
        use super::{create_ticket, credential, keyway};
        include!("../seed/action.rs");
    }

    async fn create_ticket(
        key: &keyway::Secret<String>,
        title: String,
        body: String,
    ) -> Result<action::Created, keyway::Error> {
        let id = format!("{title}{body}{}", key.expose());
        Ok(action::Created { id })
    }
}

#[expect(unreachable_pub, reason = "as it stands in a crate of its own")]
mod second {
    use super::keyway_as_authors_see_it as keyway;

    pub(crate) mod app {
        use super::{app_action as actions, keyway};
        include!("../seed/app.rs");
    }

    pub(crate) mod app_action {
        use super::{app, create_ticket, keyway};
        include!("../seed/app_action.rs");
    }

    async fn create_ticket(
        key: &keyway::Secret<String>,
        title: String,
        body: String,
    ) -> Result<app_action::Created, keyway::Error> {
        let id = format!("{title}{body}{}", key.expose());
        Ok(app_action::Created { id })
    }
}

/// Lines with something on them.
fn lines(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty()).count()
}

#[test]
fn each_example_is_shorter_than_its_original() {
    for example in [CREDENTIAL, ACTION, APP, APP_ACTION] {
        let (original, here) = (lines(example.original), lines(example.here));
        assert!(
            here < original,
            "{here} lines for {original}:\n{}",
            example.here
        );
        let longest = example.here.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(100), "nothing is gained by long lines");
    }
}

#[tokio::test]
async fn each_example_does_what_its_original_does() {
    let context = || crate::support::context(&[("acme", r#"{"apiKey":"k"}"#)]);
    let input = r#"{"title":"t","body":"b"}"#;
    let (app, actions) = second::app::acme().into_parts();
    assert_eq!(app.key(), "acme");
    for (credential, action) in [
        (
            first::credential::Acme::definition(),
            first::action::create_acme_ticket(),
        ),
        ((*app).clone(), actions.into_iter().next().unwrap()),
    ] {
        assert_eq!(
            (credential.key(), credential.fields()[0].name.as_str()),
            ("acme", "apiKey")
        );
        assert_eq!(action.slug(), "create-acme-ticket");
        assert_eq!(action.get_credentials()[0].definition().key(), "acme");
        let answer = crate::support::run(&action, context(), input)
            .await
            .unwrap();
        assert_eq!(answer, serde_json::json!({ "id": "tbk" }));
    }
}
