use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::inline::Inline;
use super::table::Table;
use crate::text::{clean, width, wrap};
use crate::theme::Theme;

/// Markdown, broken into lines of so many columns. The text is cleaned first.
pub(crate) fn render(markdown: &str, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let markdown = clean(markdown);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = Page::new(columns, theme);
    for event in Parser::new_ext(&markdown, options) {
        page.take(event);
    }
    page.flush();
    page.lines
}

/// What stands before the lines of a quote or a list's item.
#[derive(Debug)]
struct Indent {
    first: Option<Span<'static>>,
    rest: Span<'static>,
}

struct Page {
    columns: usize,
    theme: Theme,
    lines: Vec<Line<'static>>,
    inline: Inline,
    indents: Vec<Indent>,
    /// The lists that are open: the next number, or none for bullets.
    lists: Vec<Option<u64>>,
    code: Option<String>,
    table: Option<Table>,
    /// A blank line comes before the next block.
    gap: bool,
}

impl Page {
    fn new(columns: usize, theme: Theme) -> Self {
        Self {
            columns: columns.max(8),
            theme,
            lines: Vec::new(),
            inline: Inline::new(theme),
            indents: Vec::new(),
            lists: Vec::new(),
            code: None,
            table: None,
            gap: false,
        }
    }

    fn take(&mut self, event: Event<'_>) {
        if let Some(code) = &mut self.code {
            match event {
                Event::End(TagEnd::CodeBlock) => self.end_code(),
                Event::Text(text) => code.push_str(&text),
                _ => {}
            }
            return;
        }
        if self.inline.take_event(&event) {
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Rule => {
                self.flush();
                let rule = "─".repeat(self.room().min(24));
                self.emit(vec![Line::styled(rule, self.theme.dim)]);
                self.gap = true;
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.flush();
                self.gap = !self.lines.is_empty();
                self.inline.push_style(self.theme.heading);
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.settle();
                let bar = Span::styled("│ ", self.theme.dim);
                self.indents.push(Indent {
                    first: None,
                    rest: bar,
                });
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                if let CodeBlockKind::Fenced(language) = kind
                    && !language.is_empty()
                {
                    let language = language.split_whitespace().next().unwrap_or_default();
                    self.emit(vec![Line::styled(clean(language), self.theme.dim)]);
                }
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                self.flush();
                self.gap &= self.lists.is_empty();
                self.lists.push(first);
            }
            Tag::Item => self.start_item(),
            Tag::Table(columns) => {
                self.flush();
                self.table = Some(Table::new(columns));
            }
            _ => {}
        }
    }

    fn start_item(&mut self) {
        self.flush();
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number += 1;
                mark
            }
            _ => "• ".to_owned(),
        };
        self.indents.push(Indent {
            rest: Span::raw(" ".repeat(width(&mark))),
            first: Some(Span::styled(mark, self.theme.accent)),
        });
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.flush();
                self.inline.pop();
                self.gap = false;
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.flush();
                self.gap = true;
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.indents.pop();
                self.gap = true;
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
                self.gap = self.lists.is_empty();
            }
            TagEnd::Item => {
                self.flush();
                self.indents.pop();
                self.gap = false;
            }
            TagEnd::TableCell => {
                let cell = self.inline.take();
                if let Some(table) = &mut self.table {
                    table.cell(cell);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                if let Some(table) = &mut self.table {
                    table.end_row();
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    let lines = table.render(self.room(), self.theme);
                    self.emit(lines);
                    self.gap = true;
                }
            }
            _ => {}
        }
    }

    fn end_code(&mut self) {
        let code = self.code.take().unwrap_or_default();
        let room = self.room().saturating_sub(2).max(1);
        let mut lines = Vec::new();
        for line in code.trim_end_matches('\n').split('\n') {
            for mut wrapped in wrap(&[Span::styled(line.to_owned(), self.theme.code)], room) {
                wrapped.spans.insert(0, Span::raw("  "));
                lines.push(wrapped);
            }
        }
        self.gap &= !self.lines.is_empty();
        self.emit(lines);
        self.gap = true;
    }

    /// Ends the paragraph that is being read.
    fn flush(&mut self) {
        if self.inline.is_empty() || self.table.is_some() {
            return;
        }
        let mut spans = self.inline.take();
        // An HTML block's text ends with a line feed of its own.
        if let Some(last) = spans.last_mut() {
            last.content = last.content.trim_end_matches('\n').to_owned().into();
        }
        let lines = wrap(&spans, self.room());
        self.emit(lines);
    }

    /// Columns left beside what is indented.
    fn room(&self) -> usize {
        let indent: usize = self.indents.iter().map(|one| one.rest.width()).sum();
        self.columns.saturating_sub(indent).max(8)
    }

    /// Writes the blank line that is due.
    fn settle(&mut self) {
        if std::mem::take(&mut self.gap) && !self.lines.is_empty() {
            let blank = self.indented(Line::default(), false);
            self.lines.push(blank);
        }
    }

    fn emit(&mut self, lines: Vec<Line<'static>>) {
        self.settle();
        for line in lines {
            let line = self.indented(line, true);
            self.lines.push(line);
        }
    }

    fn indented(&mut self, mut line: Line<'static>, starts: bool) -> Line<'static> {
        let mut spans: Vec<_> = self
            .indents
            .iter_mut()
            .map(|indent| {
                let first = if starts { indent.first.take() } else { None };
                first.unwrap_or_else(|| indent.rest.clone())
            })
            .collect();
        spans.append(&mut line.spans);
        let style: Style = line.style;
        Line::from(spans).style(style)
    }
}
