use minijinja::Value;
use minijinja::value::Serde;

use super::{Broken, output};
use crate::{
    Account, Authorize, Connect, Consent, Device, ErrorPage, Field, Install, Invitation, Page,
    Pages, Reset, Setup, SetupNeeded, Success,
};

/// Renders every page with its samples, and looks at what came out. Of each file the first thing
/// that is wrong.
pub(crate) fn check(pages: &Pages) -> Vec<Broken> {
    let all = [
        authorize(pages),
        try_each(pages, |page: &Consent, html| {
            let mut wanted = vec![("decision", Some("allow")), ("decision", Some("cancel"))];
            if page.organizations.len() > 1 {
                wanted.push(("organization", None));
            }
            output::sends(html, &wanted, "the answer")
        }),
        try_each(pages, |_: &Success, _| Ok(())),
        try_each(pages, |page: &Device, html| fields(html, &page.fields)),
        try_each(pages, |page: &Setup, html| fields(html, &page.fields)),
        try_each(pages, |page: &Reset, html| fields(html, &page.fields)),
        try_each(pages, |page: &Invitation, html| fields(html, &page.fields)),
        try_each(pages, |page: &Connect, html| fields(html, &page.fields)),
        try_each(pages, |page: &Install, html| fields(html, &page.fields)),
        try_each(pages, |page: &Account, html| {
            fields(html, &page.password_fields)
        }),
        try_each(pages, |_: &SetupNeeded, _| Ok(())),
        try_each(pages, |_: &ErrorPage, _| Ok(())),
    ];
    let mut broken: Vec<Broken> = all.into_iter().filter_map(Result::err).collect();
    broken.dedup();
    broken
}

/// The form that people sign in with has to send what it was given, and every field.
fn authorize(pages: &Pages) -> Result<(), Broken> {
    try_each(pages, |page: &Authorize, html| {
        let forms = usize::from(page.has_signin) + usize::from(page.has_signup);
        if output::forms(html).len() < forms {
            return Err("has no form where there should be one".into());
        }
        if page.has_signup {
            output::sends(html, &[("mode", Some("signup"))], "which form it is")?;
        }
        fields(html, &page.signin_fields)?;
        fields(html, &page.signup_fields)?;
        let hidden = output::forms(html);
        let kept = |form: &&str| form.contains(r#"name="next" value="/sample-next""#);
        if hidden.iter().all(kept) {
            return Ok(());
        }
        Err("has a form without the hidden fields: write {{ hiddenFields }} inside it".into())
    })
}

fn fields(html: &str, fields: &[Field]) -> Result<(), String> {
    let wanted: Vec<_> = fields
        .iter()
        .map(|field| (field.name.as_str(), None))
        .collect();
    output::sends(
        html,
        &wanted,
        "its fields, of which there can be any: loop over them",
    )
}

/// Renders a page with each of its samples, and looks at what came out.
fn try_each<P: Page>(
    pages: &Pages,
    look: impl Fn(&P, &str) -> Result<(), String>,
) -> Result<(), Broken> {
    for sample in P::samples() {
        let html = pages
            .fill(P::TEMPLATE, Value::from(Serde(&sample)))
            .map_err(|error| Broken::of(P::TEMPLATE, &error))?;
        let source = pages.source(P::TEMPLATE);
        look(&sample, &html)
            .map_err(|reason| Broken::new(P::TEMPLATE, reason).at(output::first_form(&source)))?;
        output::look(&html).map_err(|(reason, mark)| {
            let line = output::line_of(&source, mark).or_else(|| output::bare_form(&source));
            Broken::new(P::TEMPLATE, reason).at(line)
        })?;
    }
    Ok(())
}
