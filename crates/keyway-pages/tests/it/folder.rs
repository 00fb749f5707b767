use keyway_pages::{Authorize, BUILT_IN, ErrorPage, Page as _, Pages};
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn refused(files: &[(&str, &str)]) -> Vec<String> {
    let folder = folder(files);
    let broken = Pages::with_overrides(folder.path()).unwrap_err();
    broken.iter().map(ToString::to_string).collect()
}

/// A built-in file with something in it replaced.
fn changed(name: &str, from: &str, to: &str) -> String {
    let file = BUILT_IN.iter().find(|file| file.name == name).unwrap();
    assert!(file.text.contains(from), "{name} has {from}");
    file.text.replace(from, to)
}

#[test]
fn a_file_takes_the_place_of_the_one_of_its_name_and_of_no_other() {
    let folder = folder(&[
        ("error.html", "own {{ message }}"),
        ("oauth-common.css", "body { color: red }"),
        ("notes.txt", "{{ not a template"),
    ]);
    let pages = Pages::with_overrides(folder.path()).unwrap();
    let error = ErrorPage::new(404, "Not found", "nothing");
    assert_eq!(pages.render(&error).unwrap(), "own Nothing.");
    assert_eq!(
        pages.asset("oauth-common.css").unwrap().text,
        "body { color: red }"
    );
    let sign_in = pages.render(&Authorize::samples()[0]).unwrap();
    assert!(sign_in.contains("<form"));
}

#[test]
fn files_of_ones_own_may_be_included() {
    let folder = folder(&[
        ("error.html", "{% include \"mine.html\" %}"),
        ("mine.html", "mine {{ status }}"),
    ]);
    let pages = Pages::with_overrides(folder.path()).unwrap();
    let error = ErrorPage::new(404, "Not found", "nothing");
    assert_eq!(pages.render(&error).unwrap(), "mine 404");
}

#[test]
fn everything_that_is_built_in_can_be_written_out_and_used() {
    let all: Vec<_> = BUILT_IN.iter().map(|file| (file.name, file.text)).collect();
    assert!(Pages::with_overrides(folder(&all).path()).is_ok());
}

#[test]
fn what_is_broken_is_told_with_its_file_and_line() {
    let told = refused(&[("error.html", "<h1>\n{{ message }\n</h1>")]);
    assert!(
        told[0].starts_with("error.html:2: syntax error"),
        "{told:?}"
    );
    let told = refused(&[("error.html", "\n\n{{ mesage }}")]);
    assert!(
        told[0].starts_with("error.html:3: undefined value"),
        "{told:?}"
    );
    let told = refused(&[("error.html", "{% include \"gone.html\" %}")]);
    assert!(told[0].starts_with("error.html:1: "), "{told:?}");
    let told = refused(&[("oauth-authorise.html", "typo")]);
    assert_eq!(
        told,
        [
            "oauth-authorise.html: takes the place of no page that is built in, and no other file includes it"
        ]
    );
    let told = refused(&[("error.html", &"x".repeat(300 * 1024))]);
    assert_eq!(told, ["error.html: is larger than 256 KiB"]);
}

#[test]
fn every_file_that_is_broken_is_told() {
    let told = refused(&[("error.html", "{{ x }}"), ("setup.html", "{% if %}")]);
    assert_eq!(told.len(), 1, "what cannot be read comes first: {told:?}");
    let told = refused(&[("error.html", "{{ x }}"), ("setup.html", "{{ y }}")]);
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let broken = Pages::with_overrides("/nowhere/at/all".as_ref()).unwrap_err();
    assert!(
        broken[0]
            .to_string()
            .starts_with("/nowhere/at/all: cannot be read")
    );
}

#[test]
fn a_sign_in_page_without_its_hidden_fields_or_a_field_loop_is_refused() {
    let page = changed("oauth-authorize.html", "{{ hiddenFields }}", "");
    let told = refused(&[("oauth-authorize.html", &page)]);
    assert!(told[0].starts_with("oauth-authorize.html:"), "{told:?}");
    assert!(told[0].contains("hidden fields"), "{told:?}");

    for (from, to) in [
        (
            "{{ all(signinFields, \"signin-\", not signupOpen) }}",
            "<input name=\"email\">",
        ),
        ("{{ all(signupFields, \"signup-\", signupOpen) }}", ""),
    ] {
        let page = changed("oauth-authorize.html", from, to);
        let told = refused(&[("oauth-authorize.html", &page)]);
        assert!(told[0].contains("loop over them"), "{told:?}");
    }
    let page = changed(
        "oauth-authorize.html",
        "value=\"signup\"",
        "value=\"signin\"",
    );
    let told = refused(&[("oauth-authorize.html", &page)]);
    assert!(told[0].contains("which form it is"), "{told:?}");
}

#[test]
fn a_form_without_the_token_or_sent_with_get_is_refused() {
    for name in [
        "setup.html",
        "reset.html",
        "device.html",
        "connect.html",
        "install.html",
        "invitation.html",
        "account.html",
    ] {
        let page = changed(name, "{{ csrfField }}", "");
        let told = refused(&[(name, &page)]);
        assert!(told[0].contains("without the CSRF field"), "{told:?}");
        assert!(told[0].starts_with(&format!("{name}:")), "{told:?}");
        let page = changed(name, "method=\"post\"", "method=\"get\"");
        let told = refused(&[(name, &page)]);
        assert!(told[0].contains("not posted"), "{told:?}");
    }
    let page = changed("oauth-consent.html", "{{ hiddenFields }}", "");
    let told = refused(&[("oauth-consent.html", &page)]);
    assert!(told[0].contains("without the CSRF field"), "{told:?}");
    let page = changed("oauth-consent.html", "value=\"cancel\"", "");
    let told = refused(&[("oauth-consent.html", &page)]);
    assert!(told[0].contains("the answer"), "{told:?}");
}

#[test]
fn what_the_policy_of_pages_forbids_or_what_is_not_escaped_is_refused() {
    let page = changed(
        "oauth-consent.html",
        "{{ client.name }}",
        "{{ client.name | safe }}",
    );
    let told = refused(&[("oauth-consent.html", &page)]);
    assert!(told[0].contains("text from outside as HTML"), "{told:?}");
    let told = refused(&[("error.html", "\n<script>alert(1)</script>")]);
    assert!(
        told[0].starts_with("error.html:2: has a script"),
        "{told:?}"
    );
    let told = refused(&[("error.html", "<style>p {}</style>")]);
    assert!(told[0].starts_with("error.html:1: has a style"), "{told:?}");
}
