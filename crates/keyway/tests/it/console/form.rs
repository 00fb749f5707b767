use crate::support::browser::Browser;
use crate::support::client::Answer;

/// A form of a page, filled as the page filled it.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// The posted form of a page that leads to a path.
    pub(crate) fn of(page: &Answer, action: &str) -> Self {
        let html = page.text();
        let mut forms = html.split("<form").skip(1).filter_map(|form| {
            let (head, rest) = form.split_once('>')?;
            let body = rest.split("</form>").next()?;
            let posted = attribute(head, "method").as_deref() == Some("post");
            let leads = attribute(head, "action").as_deref() == Some(action);
            (posted && leads).then(|| body.to_owned())
        });
        let body = forms
            .next()
            .unwrap_or_else(|| panic!("no form leads to {action}: {html}"));
        let mut fields = inputs(&body);
        fields.extend(chosen(&body));
        fields.extend(written(&body));
        fields.retain(|(name, _)| name != "csrf");
        Self {
            action: action.to_owned(),
            fields,
        }
    }

    /// The same, with another value in a field that the form has.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(given, _)| given != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What a field holds.
    pub(crate) fn value(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(given, _)| given == name);
        found.map_or("", |(_, value)| value)
    }

    /// Sends it from the page the browser was at last.
    pub(crate) async fn send(&self, browser: &mut Browser) -> Answer {
        let fields = self.fields.iter();
        let fields: Vec<_> = fields.map(|(name, value)| (&**name, &**value)).collect();
        browser.post(&self.action, &fields).await
    }
}

/// Looks at a page, fills its form that leads to `action`, and sends it.
pub(crate) async fn fill(
    browser: &mut Browser,
    page: &str,
    action: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let shown = browser.get(page).await;
    assert_eq!(shown.status(), 200, "{page}: {}", shown.text());
    let form = Form::of(&shown, action);
    let form = fields
        .iter()
        .fold(form, |form, (name, value)| form.with(name, value));
    form.send(browser).await
}

/// Asks the question of a page, and says yes.
pub(crate) async fn confirm(browser: &mut Browser, page: &str) -> Answer {
    fill(browser, page, page, &[]).await
}

/// Follows an answer that leads elsewhere, and reads what is there as text.
pub(crate) async fn follow(browser: &mut Browser, answer: &Answer) -> String {
    assert_eq!(answer.status(), 303, "{}", answer.text());
    let page = browser.get(answer.header("location")).await;
    assert_eq!(page.status(), 200, "{}", page.text());
    plain(page.text())
}

/// A page without the references that stand for characters.
pub(crate) fn plain(html: &str) -> String {
    let mut text = html.to_owned();
    for (reference, character) in [
        ("&#x2f;", "/"),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ] {
        text = text.replace(reference, character);
    }
    text
}

/// What is wrong with a field, as a page tells it.
pub(crate) fn wrong(page: &Answer, field: &str) -> String {
    let mark = format!("id=\"f-{field}-error\">");
    let rest = page.text().split(&mark).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("nothing is wrong with {field}: {}", page.text()));
    plain(rest.split("</p>").next().unwrap())
}

/// What a page says that somebody changed meanwhile, without what it shows as somebody wrote it.
pub(crate) fn in_words(page: &Answer) -> String {
    let stale = page.text().split("class=\"stale\"").nth(1);
    let stale = stale.unwrap_or_else(|| panic!("nothing is stale: {}", page.text()));
    let facts = stale.split("</dl>").next().unwrap();
    let mut parts = facts.split("<bdi class=\"outside\">");
    let first = parts.next().unwrap();
    let rest = parts.map(|part| part.split_once("</bdi>").map_or("", |(_, rest)| rest));
    plain(&std::iter::once(first).chain(rest).collect::<String>())
}

/// The secret that a page shows this once.
pub(crate) fn secret(page: &Answer) -> String {
    assert_eq!(page.status(), 200, "{}", page.text());
    let rest = page.text().split("class=\"secret\"").nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no secret is shown: {}", page.text()));
    let code = rest.split("<code>").nth(1).unwrap();
    plain(code.split("</code>").next().unwrap())
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
    Some(plain(rest.split('"').next()?))
}

fn inputs(body: &str) -> Vec<(String, String)> {
    let tags = body.split("<input").skip(1);
    let tags = tags.map(|tag| tag.split('>').next().unwrap());
    let sent = tags.filter(|tag| {
        let checkbox = tag.contains("type=\"checkbox\"");
        !checkbox || tag.contains(" checked")
    });
    sent.filter_map(|tag| {
        let value = attribute(tag, "value")
            .unwrap_or_else(|| if tag.contains("checkbox") { "on" } else { "" }.to_owned());
        Some((attribute(tag, "name")?, value))
    })
    .collect()
}

fn chosen(body: &str) -> Vec<(String, String)> {
    let selects = body.split("<select").skip(1);
    selects
        .filter_map(|select| {
            let select = select.split("</select>").next()?;
            let mut options = select.split("<option").skip(1);
            let first = options.clone().next();
            let selected = options.find(|option| {
                let head = option.split('>').next().unwrap_or_default();
                head.contains(" selected")
            });
            let value = attribute(selected.or(first)?, "value")?;
            Some((attribute(select, "name")?, value))
        })
        .collect()
}

fn written(body: &str) -> Vec<(String, String)> {
    let areas = body.split("<textarea").skip(1);
    areas
        .filter_map(|area| {
            let (head, rest) = area.split_once('>')?;
            let value = plain(rest.split("</textarea>").next()?);
            Some((attribute(head, "name")?, value))
        })
        .collect()
}
