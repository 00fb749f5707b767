use std::fmt::Write as _;

use keyway_client::text::line;
use keyway_client::{Form, Page, Request, Subject};

use super::difference::difference;

/// What is asked about, for a plain terminal. Ends with the question and what can be answered.
pub(super) fn request(request: &Request) -> String {
    let server = line(&request.server, 128);
    let mut text = String::from("\n");
    match &request.subject {
        Subject::Tool {
            tool,
            title,
            arguments,
            annotations,
            changed,
        } => {
            let _ = write!(text, "Call {tool} of {server}");
            if let Some(title) = title {
                let _ = write!(text, " ({title})");
            }
            text.push('\n');
            for claim in annotations {
                let _ = writeln!(text, "  {claim}");
            }
            let _ = writeln!(text, "  arguments: {}", arguments.replace('\n', "\n  "));
            if let Some(changed) = changed {
                text.push_str(
                    "  its definition is another one than you approved before (-) and says this \
                     now (+):\n",
                );
                text.push_str(&difference(&changed.before, &changed.after));
            }
        }
        Subject::Sampling {
            preview,
            max_tokens,
        } => {
            let _ = writeln!(
                text,
                "{server} wants your model to answer, with at most {max_tokens} tokens:"
            );
            let _ = writeln!(text, "  {}", preview.replace('\n', "\n  "));
        }
        Subject::Roots { roots } => {
            let _ = writeln!(text, "{server} wants to know the folders you work in:");
            for root in roots {
                let _ = writeln!(text, "  {}", line(root, 1_000));
            }
        }
    }
    text.push_str(if request.can_remember {
        "[y] once  [s] for this session  [a] always  [n] no, with or without a reason: "
    } else {
        "[y] yes  [n] no: "
    });
    text
}

/// The head of a form.
pub(super) fn form(form: &Form) -> String {
    let mut text = format!(
        "\n{} asks: {}\n",
        line(&form.server, 128),
        form.message.replace('\n', "\n  ")
    );
    for warning in &form.warnings {
        let _ = writeln!(text, "  warning: {warning}");
    }
    for (field, expected) in &form.problems {
        let _ = writeln!(
            text,
            "  {}: expected {}",
            line(field, 128),
            line(expected, 300)
        );
    }
    text
}

/// A page to be opened: its address whole.
pub(super) fn page(page: &Page) -> String {
    format!(
        "\n{} wants you to open a page: {}\n  {}\n[y] open it  [m] I open it myself  [n] no: ",
        line(&page.server, 128),
        page.message.replace('\n', "\n  "),
        page.url
    )
}
