use pulldown_cmark::{Event, Tag, TagEnd};
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use crate::text::clean;
use crate::theme::Theme;

/// The text of one paragraph, heading or cell as it is read.
#[derive(Debug)]
pub(super) struct Inline {
    theme: Theme,
    spans: Vec<Span<'static>>,
    styles: Vec<Style>,
    /// The links and images that are open: where they lead, and where their text begins.
    links: Vec<(String, usize)>,
}

impl Inline {
    pub(super) fn new(theme: Theme) -> Self {
        Self {
            theme,
            spans: Vec::new(),
            styles: Vec::new(),
            links: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Styles everything that follows, until as many [`Self::pop`].
    pub(super) fn push_style(&mut self, style: Style) {
        let style = self.style().patch(style);
        self.styles.push(style);
    }

    pub(super) fn pop(&mut self) {
        self.styles.pop();
    }

    pub(super) fn take(&mut self) -> Vec<Span<'static>> {
        std::mem::take(&mut self.spans)
    }

    /// Takes an event that belongs to the inside of a paragraph; false when it does not.
    pub(super) fn take_event(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Text(text) => self.text(text, Style::new()),
            Event::Code(code) => self.text(code, self.theme.code),
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.text(text, self.theme.dim),
            Event::SoftBreak => self.text(" ", Style::new()),
            Event::HardBreak => self.text("\n", Style::new()),
            Event::TaskListMarker(done) => {
                self.text(if *done { "[x] " } else { "[ ] " }, self.theme.dim);
            }
            Event::Start(Tag::Emphasis) => {
                self.push_style(Style::new().add_modifier(Modifier::ITALIC));
            }
            Event::Start(Tag::Strong) => self.push_style(self.theme.strong),
            Event::Start(Tag::Strikethrough) => {
                self.push_style(Style::new().add_modifier(Modifier::CROSSED_OUT));
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                self.links.push((dest_url.to_string(), self.spans.len()));
                self.push_style(self.theme.link);
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                self.text("[image] ", self.theme.dim);
                self.links.push((dest_url.to_string(), self.spans.len()));
                self.push_style(self.theme.link);
            }
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => self.pop(),
            Event::End(TagEnd::Link | TagEnd::Image) => self.close_link(),
            _ => return false,
        }
        true
    }

    /// Shows where a link leads, unless its text says so: a text must not hide its address.
    fn close_link(&mut self) {
        self.pop();
        let Some((url, from)) = self.links.pop() else {
            return;
        };
        let text: String = self
            .spans
            .iter()
            .skip(from)
            .map(|span| span.content.as_ref())
            .collect();
        let bare = url.strip_prefix("mailto:").unwrap_or(&url);
        if text != bare && !url.is_empty() {
            self.text(&format!(" ({url})"), self.theme.dim);
        }
    }

    /// Cleaned once more: an entity (`&#27;`) was plain text until now.
    fn text(&mut self, text: &str, style: Style) {
        let style = self.style().patch(style);
        self.spans.push(Span::styled(clean(text), style));
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }
}
