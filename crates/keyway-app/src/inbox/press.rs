//! Buttons at a third party: who pressed one decides about a call, if policy lets who they are here.

use keyway_core::provider::sign::Algorithm;
use keyway_core::provider::{NotPressed, Press, Pressed, WebhookRequest, Whisper};
use keyway_core::{Error, Kind, Principal, Subject};
use keyway_store::{ApprovalQuestion, ExternalIdentity, InstallationState, StoredPublication};

use super::accept::{Knock, refused};
use crate::App;
use crate::approvals::{Decide, Through};
use crate::installations::workspace;
use crate::jobs::Asker;

/// What whoever pressed a button is told, where it did not simply count.
struct Told {
    text: String,
    link: Option<String>,
}

impl App {
    /// Takes in that somebody pressed a button at a third party: verified over its bytes as webhooks are,
    /// counted once, and decided before it is answered.
    ///
    /// # Errors
    ///
    /// `webhook_refused` as for webhooks; `interaction_not_supported` where the provider has no buttons.
    pub async fn accept_press(&self, knock: Knock<'_>) -> Result<(), Error> {
        let request = WebhookRequest {
            headers: knock.headers,
            body: knock.body,
        };
        let Some((provider, door)) = self.door(knock.provider, knock.publication).await? else {
            // As long as for one that is there.
            std::hint::black_box(Algorithm::Sha256.sign(b"nobody", &[knock.body]));
            return Err(refused());
        };
        let publication = &door.publication;
        let told = self.told_of(&door)?;
        let context = told.verified(self, provider, &request).map_err(|reason| {
            tracing::info!(publication = %publication.id, %reason, "a press is refused");
            refused()
        })?;
        let press = match provider.pressed(&request, &context) {
            Ok(press) => press,
            Err(NotPressed::NotOffered) => return Err(not_supported()),
            Err(NotPressed::Ignored(reason)) => {
                tracing::info!(publication = %publication.id, reason, "a press counts for nothing");
                return Ok(());
            }
        };
        if publication.state != InstallationState::Installed {
            // Who owns the app may still sign in its name.
            tracing::info!(publication = %publication.id, "a press at what is not installed counts for nothing");
            return Ok(());
        }
        let inner = &self.inner;
        let now = inner.clock.now();
        let first = inner
            .store
            .record_press(&publication.id, &press.dedupe_key, now);
        if !first.await? {
            return Ok(());
        }
        if let Some(told) = self.press(publication, &press).await? {
            self.whisper(publication, press, told);
        }
        Ok(())
    }

    /// Decides what somebody pressed, or says what to tell them.
    async fn press(
        &self,
        publication: &StoredPublication,
        press: &Press,
    ) -> Result<Option<Told>, Error> {
        let store = &self.inner.store;
        let organization = &publication.organization;
        let Some(question) = self.asked_below(publication, press).await? else {
            return Ok(Some(Told::of("There is nothing to decide here.")));
        };
        let Some(identity) = identity(publication, press) else {
            return Ok(None);
        };
        let known = store.external_person_known(organization, &identity).await?;
        let Some(person) = known else {
            return self.who_are_you(publication, &identity).await.map(Some);
        };
        let subject = Subject::Linked {
            link: person.id,
            user: person.user,
        };
        let asker = Asker::of(&Principal::new(organization.clone(), subject));
        let who = match asker.now(store, organization, self.inner.clock.now()).await {
            Ok(who) => self.governed(who),
            Err(error) if error.kind() == Kind::Forbidden => return Ok(Some(Told::may_not())),
            Err(error) => return Err(error),
        };
        let decide = match press.pressed {
            Pressed::Approve => Decide::Approve,
            Pressed::Deny => Decide::Deny(None),
        };
        let approvals = self.approvals();
        let decided = approvals.decide(&who, &question.approval, decide, Through::Chat);
        match decided.await {
            Ok(_) => Ok(None),
            Err(error) => match error.kind() {
                Kind::Forbidden | Kind::NotFound => Ok(Some(Told::may_not())),
                Kind::Conflict => Ok(Some(self.was_first(&question).await?)),
                _ => Err(error),
            },
        }
    }

    /// What is asked below the message with the button, if this publication asks it there.
    async fn asked_below(
        &self,
        publication: &StoredPublication,
        press: &Press,
    ) -> Result<Option<ApprovalQuestion>, Error> {
        let Ok(id) = press.approval.parse() else {
            return Ok(None);
        };
        let store = &self.inner.store;
        let found = store.question(&publication.organization, &id).await?;
        Ok(found.filter(|question| {
            let message = question.message.as_deref();
            question.publication == publication.id
                // The answer to posting it may still be on its way.
                && message.is_none_or(|message| message == press.message)
        }))
    }

    async fn who_are_you(
        &self,
        publication: &StoredPublication,
        identity: &ExternalIdentity,
    ) -> Result<Told, Error> {
        let link = self.claim_link(&publication.organization, identity).await?;
        let text = match &link {
            Some(_) => {
                "It is not known here who you are. Open the page within ten minutes, sign in and confirm, \
                 then press again. The link is for you alone."
            }
            None => {
                "It is not known here who you are, nor where the page is on which you could say so."
            }
        };
        Ok(Told {
            text: text.to_owned(),
            link,
        })
    }

    async fn was_first(&self, question: &ApprovalQuestion) -> Result<Told, Error> {
        let store = &self.inner.store;
        let organization = &question.organization;
        let approval = store.approval(organization, &question.approval);
        let text = match approval.await? {
            Some(approval) => {
                let approval = self.as_of_now(approval);
                self.outcome(organization, &approval).await?
            }
            None => "There is nothing to decide here.".to_owned(),
        };
        Ok(Told { text, link: None })
    }

    /// Tells whoever pressed, beside the answer to the press. That it could not be told changes nothing.
    fn whisper(&self, publication: &StoredPublication, press: Press, told: Told) {
        let (app, publication) = (self.clone(), publication.clone());
        self.inner.tasks.spawn(async move {
            let telling = async {
                let provider = app.settings().providers.get(&publication.provider);
                let provider = provider.ok_or_else(crate::publications::not_found)?;
                let link = told.link.as_deref().map(|url| ("Say who you are", url));
                let whisper = Whisper {
                    text: &told.text,
                    link,
                };
                let context = app.acting(&publication, Some(press.place.clone()), None);
                provider
                    .whisper(&context.await?, &press.place, &whisper)
                    .await
            };
            if let Err(error) = super::reply::patiently(telling).await {
                let id = &publication.id;
                tracing::warn!(publication = %id, code = error.code(), "who pressed a button is not told");
            }
        });
    }
}

impl Told {
    fn of(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            link: None,
        }
    }

    /// The same for everybody who may not, whatever the reason.
    fn may_not() -> Self {
        Self::of("You may not decide about this. Somebody else does.")
    }
}

fn identity(publication: &StoredPublication, press: &Press) -> Option<ExternalIdentity> {
    let workspace = workspace(publication.workspace.as_deref())?;
    Some(ExternalIdentity {
        installation: publication.installation.clone(),
        provider: publication.provider.clone(),
        workspace: workspace.id,
        workspace_name: workspace.name,
        id: press.user.clone(),
        name: press.name.clone(),
    })
}

fn not_supported() -> Error {
    Error::new(
        Kind::NotFound,
        "interaction_not_supported",
        "the provider of this publication has no buttons",
    )
}
