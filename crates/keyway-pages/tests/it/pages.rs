use keyway_pages::{
    Account, Authorize, BUILT_IN, Consent, Device, ErrorPage, Field, FieldKind, Html, Invitation,
    Page, Pages, Reset, Setup, SetupNeeded, SsoProvider, Success, alert, hidden_fields,
};

fn every<P: Page>(pages: &Pages) -> Vec<String> {
    let samples = P::samples();
    let rendered = samples.iter().map(|sample| pages.render(sample));
    rendered.map(Result::unwrap).collect()
}

fn all(pages: &Pages) -> Vec<String> {
    [
        every::<Authorize>(pages),
        every::<Consent>(pages),
        every::<Success>(pages),
        every::<Device>(pages),
        every::<Setup>(pages),
        every::<Reset>(pages),
        every::<Invitation>(pages),
        every::<Account>(pages),
        every::<SetupNeeded>(pages),
        every::<ErrorPage>(pages),
    ]
    .concat()
}

#[test]
fn every_page_is_rendered_with_every_sample() {
    let pages = Pages::embedded().named("Acme & Sons");
    for html in all(&pages) {
        assert!(html.contains("<title>") && html.contains("Acme &amp; Sons"));
        assert!(
            !html.contains("value=\"none\"") && !html.contains(">none<"),
            "{html}"
        );
        assert!(!html.contains("<script") && !html.contains(" style="));
    }
}

#[test]
fn every_form_is_posted_with_the_token_and_every_field_has_a_label() {
    for html in all(&Pages::embedded()) {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form").next().unwrap();
            assert!(form.contains("method=\"post\""));
            assert!(form.contains("name=\"csrf\" value=\"sample-csrf-token\""));
        }
        for tag in html.split('<').filter(|tag| tag.starts_with("input ")) {
            if tag.contains("type=\"hidden\"") || tag.contains("aria-label") {
                continue;
            }
            let id = tag
                .split("id=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            let label = format!("<label for=\"{}\">", id.unwrap());
            assert!(html.contains(&label), "{tag}");
        }
    }
}

fn authorize() -> Authorize {
    Authorize {
        form_action: "/sign-in".into(),
        signin_fields: vec![
            Field::new("email", "Email", FieldKind::Email).required(),
            Field::new("password", "Password", FieldKind::Password)
                .required()
                .length(Some(8), Some(64)),
        ],
        signup_fields: vec![Field::new("displayName", "Display name", FieldKind::Text)],
        has_signin: true,
        has_signup: true,
        hidden_fields: hidden_fields("t", &[("next", "/a?b=\"c")]),
        ..Authorize::default()
    }
}

/// The variables of the page for signing in that are documented: `signinFields`, `signupFields`,
/// `hasSignin`, `hasSignup`, `errorHtml`, `hiddenFields`.
#[test]
fn the_documented_variables_make_the_sign_in_page() {
    let page = Authorize {
        error_html: alert("that did not work", Some("try again")),
        ..authorize()
    };
    let folder = tempfile::tempdir().unwrap();
    let template = r#"
        {% if hasSignin %}<form method="post">{{ hiddenFields }}
        {% for f in signinFields %}<input name="{{ f.name }}" aria-label="{{ f.label }}" type="{{ f.type }}"
        {%- if f.required %} required{% endif %}{% if f.minlength %} minlength={{ f.minlength }}{% endif %}
        {%- if f.maxlength %} maxlength={{ f.maxlength }}{% endif %}>{% endfor %}</form>{% endif %}
        {% if hasSignup %}<form method="post">{{ hiddenFields }}<input name="mode" value="signup">
        {% for f in signupFields %}<input name="{{ f.name }}">{% endfor %}</form>{% endif %}
        {{ errorHtml }}"#;
    std::fs::write(folder.path().join("oauth-authorize.html"), template).unwrap();
    let html = Pages::with_overrides(folder.path())
        .unwrap()
        .render(&page)
        .unwrap();
    for part in [
        r#"<input name="email" aria-label="Email" type="email" required>"#,
        r#"<input name="password" aria-label="Password" type="password" required minlength=8 maxlength=64>"#,
        r#"<input name="displayName">"#,
        r#"<input type="hidden" name="csrf" value="t">"#,
        r#"<input type="hidden" name="next" value="/a?b=&quot;c">"#,
        r#"<div class="alert" role="alert"><p>That did not work.</p><p class="hint">Try again.</p></div>"#,
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    let only = Authorize {
        has_signup: false,
        signup_fields: Vec::new(),
        error_html: Html::none(),
        ..page
    };
    let html = Pages::embedded().render(&only).unwrap();
    assert!(!html.contains("value=\"signup\"") && !html.contains("role=\"alert\""));
}

#[test]
fn tabs_are_there_only_for_both_forms_and_the_one_that_failed_is_open() {
    let pages = Pages::embedded();
    let checked = |html: &str, id: &str| {
        let tag = html
            .split('<')
            .find(|tag| tag.contains(id))
            .map(str::to_owned);
        tag.map(|tag| tag.contains(" checked"))
    };
    let both = pages.render(&authorize()).unwrap();
    assert_eq!(checked(&both, "id=\"tab-signin\""), Some(true));
    assert_eq!(checked(&both, "id=\"tab-signup\""), Some(false));
    let failed = Authorize {
        signup_open: true,
        ..authorize()
    };
    let failed = pages.render(&failed).unwrap();
    assert_eq!(checked(&failed, "id=\"tab-signup\""), Some(true));
    let one = Authorize {
        has_signup: false,
        ..authorize()
    };
    assert_eq!(
        checked(&pages.render(&one).unwrap(), "id=\"tab-signin\""),
        None
    );
}

#[test]
fn what_comes_from_outside_is_escaped_wherever_it_stands() {
    let evil = "\"><script>alert(1)</script>&'\u{202e}";
    let page = Authorize {
        client_name: Some(evil.into()),
        notice: Some(evil.into()),
        forgot_hint: Some(evil.into()),
        form_action: evil.into(),
        error_html: alert(evil, Some(evil)),
        hidden_fields: hidden_fields(evil, &[(evil, evil)]),
        sso_providers: vec![SsoProvider {
            name: evil.into(),
            href: evil.into(),
        }],
        signin_fields: vec![
            Field::new(evil, evil, FieldKind::Text)
                .value(evil)
                .help(evil)
                .invalid(evil),
        ],
        ..authorize()
    };
    let html = Pages::embedded().named(evil).render(&page).unwrap();
    assert!(!html.contains("<script"));
    assert!(!html.contains("\"><script"));
    let error = ErrorPage::new(400, evil, evil)
        .hint(Some(evil))
        .request(evil)
        .back(evil, evil);
    let html = Pages::embedded().render(&error).unwrap();
    assert!(!html.contains("<script"));
}

#[test]
fn a_field_that_is_wrong_says_so_to_whoever_cannot_see_it() {
    let page = Authorize {
        signin_fields: Field::focus(vec![
            Field::new("email", "Email", FieldKind::Email).value("ada@example.com"),
            Field::new("name", "Name", FieldKind::Text)
                .help("As others see you.")
                .invalid("fill this in"),
        ]),
        ..authorize()
    };
    let html = Pages::embedded().render(&page).unwrap();
    let tag = html
        .split('<')
        .find(|tag| tag.contains("id=\"signin-name\""))
        .unwrap();
    assert!(tag.contains("aria-invalid=\"true\""));
    assert!(tag.contains("aria-describedby=\"signin-name-help signin-name-error\""));
    assert!(tag.contains(" autofocus"));
    assert!(html.contains("<p class=\"error\" id=\"signin-name-error\">Fill this in.</p>"));
}

#[test]
fn assets_are_named_by_their_content() {
    let pages = Pages::embedded();
    for name in ["oauth-common.css", "keyway.svg"] {
        let asset = pages.asset(name).unwrap();
        let html = pages
            .render(&ErrorPage::new(404, "Not found", "nothing"))
            .unwrap();
        assert!(html.contains(&format!("/assets/{name}?v={}", asset.version)));
    }
    assert!(pages.asset("layout.html").is_none() && pages.asset("../Cargo.toml").is_none());
    let assets = BUILT_IN
        .iter()
        .filter(|file| pages.asset(file.name).is_some());
    assert_eq!((assets.count(), BUILT_IN.len()), (2, 16));
}
