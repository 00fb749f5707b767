use keyway_core::Error;

use crate::context::console::{self as page, Frame};
use crate::{Page, Pages};

/// A page of the console as it looks with a sample.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The template.
    pub template: &'static str,
    /// Which of its samples, from 0; each is shown in every sample of the frame.
    pub number: usize,
    /// The page.
    pub html: String,
}

/// Every page of the console with every sample: for tests, and for who looks at them. One line a
/// page.
///
/// # Errors
///
/// A template that meets a variable or a text there is not.
pub fn samples(pages: &Pages) -> Result<Vec<Sample>, Error> {
    let mut all = Vec::new();
    each::<page::Confirm>(pages, &mut all)?;
    each::<page::HowToConnect>(pages, &mut all)?;
    each::<page::Overview>(pages, &mut all)?;
    each::<page::ToolPage>(pages, &mut all)?;
    each::<page::Tools>(pages, &mut all)?;
    Ok(all)
}

fn each<P: Page>(pages: &Pages, all: &mut Vec<Sample>) -> Result<(), Error> {
    for (number, page) in P::samples().iter().enumerate() {
        let frames = Frame::samples();
        for (turn, frame) in frames.iter().enumerate() {
            all.push(Sample {
                template: P::TEMPLATE,
                number: number * frames.len() + turn,
                html: pages.render_console(frame, page)?,
            });
        }
    }
    Ok(())
}
