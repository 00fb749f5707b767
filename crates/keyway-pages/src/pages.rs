use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use keyway_core::Error;
use minijinja::value::{Kwargs, Serde};
use minijinja::{
    AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context, escape_formatter,
};

use crate::Page;
use crate::assets::{Asset, Assets, CONSOLE_ASSETS, media_type};
use crate::check::{self, Broken};
use crate::console::CONSOLE;
use crate::context::console::Frame;
use crate::html::escape;
use crate::source::BUILT_IN;
use crate::texts::Texts;

/// Every page there is, ready to be filled. Cheap to share, nothing changes once it is made.
pub struct Pages {
    environment: Environment<'static>,
    assets: Assets,
    texts: Arc<Texts>,
}

impl Pages {
    /// The pages as they are built in.
    pub fn embedded() -> Self {
        // The tests say that nothing is wrong with them.
        let (texts, _) = Texts::english();
        let texts = Arc::new(texts);
        let mut pages = Self {
            environment: environment(&texts),
            assets: Assets::new(),
            texts,
        };
        for template in BUILT_IN {
            // The tests render every one of them.
            let _ = pages.add(template.name, template.text.to_owned());
        }
        for template in CONSOLE {
            let text = template.text.to_owned();
            let _ = pages.environment.add_template_owned(template.name, text);
        }
        for (name, media_type, text) in CONSOLE_ASSETS {
            let asset = Asset::new(media_type, text.to_owned());
            pages.assets.insert(name.to_owned(), asset);
        }
        pages.named("Keyway")
    }

    /// The pages of a folder, and those built in where the folder has none. Every file is tried
    /// with samples: what cannot be used is told, file by file.
    pub fn with_overrides(folder: &Path) -> Result<Self, Vec<Broken>> {
        let mut pages = Self::embedded();
        let mut broken = Vec::new();
        for (name, text) in check::read_folder(folder)? {
            if let Err(error) = pages.add(&name, text) {
                broken.push(Broken::of(&name, &error));
            }
        }
        if !broken.is_empty() {
            return Err(broken);
        }
        let pages = pages.named("Keyway");
        let broken = check::check(&pages);
        if broken.is_empty() {
            Ok(pages)
        } else {
            Err(broken)
        }
    }

    /// The same for a gateway of this name.
    pub fn named(mut self, gateway: &str) -> Self {
        let hrefs = self.assets.iter().map(|(name, asset)| {
            let key = name.replace(['-', '.'], "_");
            (key, asset.href(name))
        });
        let hrefs: BTreeMap<String, String> = hrefs.collect();
        self.environment.add_global("assets", Value::from(hrefs));
        self.environment
            .add_global("gateway", context! { name => gateway });
        self
    }

    /// Fills a page. Fails where a template somebody changed meets something its check did not try.
    pub fn render<P: Page>(&self, page: &P) -> Result<String, Error> {
        self.fill(P::TEMPLATE, Value::from(Serde(page)))
            .map_err(Error::internal)
    }

    /// Fills a page of the console, with what is around it.
    pub fn render_console<P: Page>(&self, frame: &Frame, page: &P) -> Result<String, Error> {
        let page = context! { frame => Value::from(Serde(frame)), ..Value::from(Serde(page)) };
        self.fill(P::TEMPLATE, page).map_err(Error::internal)
    }

    /// Whether there is a text of this key.
    pub fn says(&self, key: &str) -> bool {
        self.texts.has(key)
    }

    /// The text of a key that takes no variables; the key itself where there is none.
    pub fn text(&self, key: &str) -> String {
        let none = std::iter::empty::<(&str, Value)>().collect::<Kwargs>();
        self.texts
            .say(key, &none)
            .unwrap_or_else(|_| key.to_owned())
    }

    /// A file that pages refer to.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.get(name)
    }

    pub(crate) fn fill(&self, template: &str, page: Value) -> Result<String, minijinja::Error> {
        self.environment.get_template(template)?.render(page)
    }

    /// The text of a template.
    pub(crate) fn source(&self, template: &str) -> String {
        let found = self.environment.get_template(template);
        found.map_or_else(|_| String::new(), |found| found.source().to_owned())
    }

    fn add(&mut self, name: &str, text: String) -> Result<(), minijinja::Error> {
        if let Some(media_type) = media_type(name) {
            if !is_of_the_console(name) {
                let asset = Asset::new(media_type, text);
                self.assets.insert(name.to_owned(), asset);
            }
            return Ok(());
        }
        self.environment.add_template_owned(name.to_owned(), text)
    }
}

fn is_of_the_console(name: &str) -> bool {
    CONSOLE_ASSETS.iter().any(|(file, _, _)| *file == name)
}

impl std::fmt::Debug for Pages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}

fn environment(texts: &Arc<Texts>) -> Environment<'static> {
    let mut environment = Environment::new();
    let texts = Arc::clone(texts);
    environment.add_filter("count", grouped);
    environment.add_function("t", move |key: &str, named: Kwargs| texts.say(key, &named));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(write);
    environment
}

/// A count with small spaces between its thousands.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// Writes a value that is printed. Texts that are not known to be HTML are escaped the way the rest
/// of this crate does it, which leaves the slashes of addresses alone.
fn write(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() && *state.auto_escape() == AutoEscape::Html => {
            let mut html = String::with_capacity(text.len());
            escape(text, &mut html);
            out.write_str(&html).map_err(minijinja::Error::from)
        }
        _ => escape_formatter(out, state, value),
    }
}
