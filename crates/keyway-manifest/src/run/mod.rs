//! An action without code at work: filled, sent, read, page after page.

mod answer;
mod call;
mod failure;
mod filled;
mod link;
mod pages;
#[cfg(test)]
mod tests;

pub(crate) use call::Call;
