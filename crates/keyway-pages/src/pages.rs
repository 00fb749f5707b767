use std::collections::BTreeMap;
use std::path::Path;

use keyway_core::Error;
use minijinja::value::Serde;
use minijinja::{
    AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context, escape_formatter,
};

use crate::Page;
use crate::assets::{Asset, Assets, media_type};
use crate::check::{self, Broken};
use crate::html::escape;
use crate::source::BUILT_IN;

/// Every page there is, ready to be filled. Cheap to share, nothing changes once it is made.
#[derive(Debug)]
pub struct Pages {
    environment: Environment<'static>,
    assets: Assets,
}

impl Pages {
    /// The pages as they are built in.
    pub fn embedded() -> Self {
        let mut pages = Self {
            environment: environment(),
            assets: Assets::new(),
        };
        for template in BUILT_IN {
            // The tests render every one of them.
            let _ = pages.add(template.name, template.text.to_owned());
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
        if media_type(name).is_some() {
            let asset = Asset::new(name, text);
            self.assets
                .extend(asset.map(|asset| (name.to_owned(), asset)));
            return Ok(());
        }
        self.environment.add_template_owned(name.to_owned(), text)
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(write);
    environment
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
