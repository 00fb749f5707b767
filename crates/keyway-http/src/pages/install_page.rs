use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use keyway_app::installations::{InstallLook, InstallationView, TypedField};
use keyway_core::provider::Visit as Leave;
use keyway_core::{Error, Kind};
use keyway_pages::{
    Field, FieldKind, Html, Install, InstallAddress, alert, csrf_field, leave_form,
};
use url::Url;

use super::Visit;
use crate::cookies::SetCookie;
use crate::page::PageReply;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The page of an installation, whose form is posted to `action`.
pub(super) fn page(visit: &Visit, of: &InstallationView, action: String) -> Install {
    let address = |label: &str, url: &str| InstallAddress {
        label: label.to_owned(),
        url: url.to_owned(),
    };
    let elsewhere = of.install != "credentials";
    let mut addresses = vec![address("Webhooks go to", &of.addresses.webhook)];
    if elsewhere {
        addresses.push(address("Browsers come back to", &of.addresses.callback));
    }
    let fields = of.fields.iter().map(|field| typed(of, field)).collect();
    let who = visit.visitor.as_ref().map(|web| web.user.name.clone());
    Install {
        form_action: action,
        csrf_field: csrf_field(&visit.csrf()),
        error_html: Html::none(),
        provider: of.provider_name.to_owned(),
        publication: of.name.clone(),
        who,
        workspace: of.workspace.as_ref().map(|there| there.name.clone()),
        addresses,
        fields: Field::focus(fields),
        elsewhere,
        continue_url: None,
        leave_html: Html::none(),
        done: false,
        waiting: false,
    }
}

/// Shows the page, whose form may lead to the third party.
pub(super) fn show(
    shared: &Shared,
    visit: &Visit,
    look: &InstallLook,
    page: &Install,
) -> Result<PageReply, Refusal> {
    let reply = visit.show(shared, page)?;
    let target = look.target.as_deref().and_then(|url| Url::parse(url).ok());
    Ok(match target {
        Some(target) => reply.form_target(&target),
        None => reply,
    })
}

/// Shows the page with what went wrong that nothing in the form can mend.
pub(super) fn show_wrong(
    shared: &Shared,
    visit: &Visit,
    look: &InstallLook,
    mut page: Install,
    error: &Error,
) -> Result<Response, Refusal> {
    page.error_html = alert(error.message(), error.hint());
    let status = StatusCode::from_u16(error.kind().status());
    let reply = show(shared, visit, look, &page)?;
    let status = status.unwrap_or(StatusCode::BAD_REQUEST);
    Ok(reply.status(status).into_response())
}

/// Leads the browser to where it goes. `known` is where the page said that its form may lead.
pub(super) fn leave(
    shared: &Shared,
    visit: &Visit,
    to: Leave,
    known: Option<&str>,
    mut page: Install,
    cookie: Option<SetCookie>,
) -> Result<Response, Refusal> {
    let reply = match to {
        Leave::Redirect(url) => {
            let to = away(&url)?;
            let known = known.and_then(|url| Url::parse(url).ok());
            if known.is_some_and(|known| known.origin() == to.origin()) {
                PageReply::see_other(to.as_str())
            } else {
                // Browsers hold the answer to a form against the policy of its page, which did not know of
                // this address yet: there a link leads on.
                page.continue_url = Some(to.to_string());
                visit.show(shared, &page)?
            }
        }
        Leave::Post { url, fields } => {
            let to = away(&url)?;
            let fields = fields.iter();
            let fields: Vec<_> = fields.map(|(name, value)| (&**name, &**value)).collect();
            let label = format!("Continue to {}", page.provider);
            page.leave_html = leave_form(to.as_str(), &fields, &label);
            visit.show(shared, &page)?.form_target(&to)
        }
    };
    Ok(match cookie {
        Some(cookie) => reply.cookie(cookie).into_response(),
        None => reply.into_response(),
    })
}

/// Where a browser may be led: a page of the web. What a provider made of what somebody typed in may be a script.
fn away(url: &str) -> Result<Url, Error> {
    let to = Url::parse(url).map_err(Error::internal)?;
    if matches!(to.scheme(), "https" | "http") {
        return Ok(to);
    }
    let message = "the third party cannot be visited: its address is no page of the web";
    Err(Error::new(
        Kind::Invalid,
        "install_address_unusable",
        message,
    ))
}

fn typed(of: &InstallationView, typed: &TypedField) -> Field {
    let known = &typed.field;
    let kind = if known.secret {
        FieldKind::Pasted
    } else {
        FieldKind::Text
    };
    let field = Field::new(known.name, known.title, kind).autocomplete("off");
    let field = match (known.help, typed.set && known.secret) {
        ("", false) => field,
        (help, false) => field.help(help),
        (help, true) => {
            let help = format!("{help} Set already: leave it empty to keep it.");
            field.help(help.trim_start())
        }
    };
    let value = of.settings.get(known.name);
    let value = value.and_then(serde_json::Value::as_str);
    let field = match value.filter(|_| !known.secret) {
        Some(value) => field.value(value),
        None => field,
    };
    if known.required && !typed.set {
        return field.required();
    }
    field
}

#[cfg(test)]
mod tests {
    use super::away;

    #[test]
    fn attack_a_browser_is_led_to_pages_of_the_web_alone() {
        for good in [
            "https://slack.com/oauth?state=a",
            "http://localhost:9/authorize",
        ] {
            assert!(away(good).is_ok(), "{good}");
        }
        for bad in [
            "javascript:alert(document.cookie)//",
            "data:text/html,a",
            "file:///etc/passwd",
            "/console",
        ] {
            assert!(away(bad).is_err(), "{bad}");
        }
    }
}
