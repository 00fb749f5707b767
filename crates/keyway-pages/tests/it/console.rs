use std::collections::BTreeSet;

use keyway_pages::console::{CONSOLE, samples};
use keyway_pages::{Pages, wrong_texts};

#[test]
fn every_page_of_the_console_is_rendered_and_every_form_carries_the_token() {
    let pages = Pages::embedded().named("Acme & Sons");
    let samples = samples(&pages).unwrap();
    for sample in &samples {
        let html = &sample.html;
        assert!(html.contains("<title>") && html.contains("Acme &amp; Sons"));
        assert!(
            !html.contains("<i>client</i>"),
            "{}: markup",
            sample.template
        );
        for unwanted in [" style=", "<style", " onclick=", ">none<", "value=\"none\""] {
            assert!(!html.contains(unwanted), "{}: {unwanted}", sample.template);
        }
        assert_eq!(html.matches("<script").count(), 1, "{}", sample.template);
        for form in html.split("<form").skip(1) {
            let form = form.split("</form").next().unwrap();
            let search = form.contains("role=\"search\"") && form.contains("method=\"get\"");
            let token = form.contains("name=\"csrf\" value=\"sample-csrf-token\"");
            assert!(
                search || (token && form.contains("method=\"post\"")),
                "{}: {form}",
                sample.template
            );
        }
    }
    let rendered: BTreeSet<_> = samples.iter().map(|sample| sample.template).collect();
    for template in CONSOLE {
        let shared = ["layout.html", "lines.html", "macros.html"]
            .iter()
            .any(|name| template.name == format!("console/{name}"))
            || template.name.ends_with("-macros.html")
            || template.name.ends_with("-parts.html");
        assert_eq!(
            rendered.contains(template.name),
            !shared,
            "{}",
            template.name
        );
    }
}

#[test]
fn every_text_can_be_read_and_no_key_is_there_twice() {
    assert_eq!(wrong_texts(), Vec::<String>::new());
}
