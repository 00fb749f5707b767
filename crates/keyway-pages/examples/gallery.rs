//! Writes every page with every sample into a folder, to look at them in a browser:
//! `cargo run -p keyway-pages --example gallery -- FOLDER`, then serve the folder.

use std::path::Path;
use std::{fs, io};

use keyway_pages::console::samples;
use keyway_pages::{
    Account, Authorize, BUILT_IN, Consent, Device, ErrorPage, Invitation, Page, Pages, Reset,
    Setup, SetupNeeded, Success,
};

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "gallery".into());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    let pages = Pages::embedded().named("Acme gateway");
    for file in BUILT_IN {
        if let Some(asset) = pages.asset(file.name) {
            fs::write(folder.join("assets").join(file.name), &asset.text)?;
        }
    }
    write::<Authorize>(&pages, folder)?;
    write::<Consent>(&pages, folder)?;
    write::<Success>(&pages, folder)?;
    write::<Device>(&pages, folder)?;
    write::<Setup>(&pages, folder)?;
    write::<SetupNeeded>(&pages, folder)?;
    write::<Reset>(&pages, folder)?;
    write::<Invitation>(&pages, folder)?;
    write::<Account>(&pages, folder)?;
    write::<ErrorPage>(&pages, folder)?;
    for name in ["console.css", "console.js"] {
        if let Some(asset) = pages.asset(name) {
            fs::write(folder.join("assets").join(name), &asset.text)?;
        }
    }
    for sample in samples(&pages).map_err(io::Error::other)? {
        let name = sample.template.trim_end_matches(".html").replace('/', "-");
        fs::write(
            folder.join(format!("{name}-{}.html", sample.number)),
            sample.html,
        )?;
    }
    Ok(())
}

fn write<P: Page>(pages: &Pages, folder: &Path) -> io::Result<()> {
    let name = P::TEMPLATE.trim_end_matches(".html");
    for (number, sample) in P::samples().iter().enumerate() {
        let html = pages.render(sample).map_err(io::Error::other)?;
        fs::write(folder.join(format!("{name}-{number}.html")), html)?;
    }
    Ok(())
}
