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
    each::<page::Activity>(pages, &mut all)?;
    each::<page::ActivityEvent>(pages, &mut all)?;
    each::<page::ActivityLog>(pages, &mut all)?;
    each::<page::Agent>(pages, &mut all)?;
    each::<page::Agents>(pages, &mut all)?;
    each::<page::App>(pages, &mut all)?;
    each::<page::AppConfirm>(pages, &mut all)?;
    each::<page::AppInstance>(pages, &mut all)?;
    each::<page::Apps>(pages, &mut all)?;
    each::<page::ApprovalList>(pages, &mut all)?;
    each::<page::ApprovalPage>(pages, &mut all)?;
    each::<page::Confirm>(pages, &mut all)?;
    each::<page::Connector>(pages, &mut all)?;
    each::<page::ConnectorForm>(pages, &mut all)?;
    each::<page::Integrations>(pages, &mut all)?;
    each::<page::MyAccess>(pages, &mut all)?;
    each::<page::ExternalClaim>(pages, &mut all)?;
    each::<page::MyConnections>(pages, &mut all)?;
    each::<page::MySessions>(pages, &mut all)?;
    each::<page::NotFound>(pages, &mut all)?;
    each::<page::Overview>(pages, &mut all)?;
    each::<page::Session>(pages, &mut all)?;
    each::<page::Sessions>(pages, &mut all)?;
    each::<page::HowToConnect>(pages, &mut all)?;
    administration(pages, &mut all)?;
    each::<page::ToolPage>(pages, &mut all)?;
    each::<page::Tools>(pages, &mut all)?;
    Ok(all)
}

/// What administrators look after.
fn administration(pages: &Pages, all: &mut Vec<Sample>) -> Result<(), Error> {
    each::<page::Issued>(pages, all)?;
    each::<page::People>(pages, all)?;
    each::<page::MemberPage>(pages, all)?;
    each::<page::Invite>(pages, all)?;
    each::<page::Invitations>(pages, all)?;
    each::<page::ServerChanges>(pages, all)?;
    each::<page::ServerTool>(pages, all)?;
    each::<page::ServerTools>(pages, all)?;
    each::<page::ServiceAccounts>(pages, all)?;
    each::<page::AccountPage>(pages, all)?;
    each::<page::NewAccount>(pages, all)?;
    each::<page::ApiKeys>(pages, all)?;
    each::<page::KeyPage>(pages, all)?;
    each::<page::NewKey>(pages, all)?;
    each::<page::Clients>(pages, all)?;
    each::<page::ClientPage>(pages, all)?;
    each::<page::NewClient>(pages, all)?;
    each::<page::Grants>(pages, all)?;
    each::<page::Publication>(pages, all)?;
    each::<page::PublicationForm>(pages, all)?;
    each::<page::PublicationProviders>(pages, all)?;
    each::<page::Publications>(pages, all)?;
    each::<page::NewWebhookEndpoint>(pages, all)?;
    each::<page::WebhookEndpointPage>(pages, all)?;
    each::<page::WebhookEndpoints>(pages, all)?;
    each::<page::WebhookPage>(pages, all)?;
    each::<page::Webhooks>(pages, all)?;
    each::<page::Policy>(pages, all)?;
    each::<page::PolicyCheck>(pages, all)?;
    each::<page::Settings>(pages, all)?;
    each::<page::Projects>(pages, all)?;
    each::<page::ProjectPage>(pages, all)
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
