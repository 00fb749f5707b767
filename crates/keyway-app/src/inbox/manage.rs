use keyway_core::{DeliveryId, Error, Kind, Principal, PublicationId};
use keyway_store::{Delivery, DeliveryFilter};

use super::parcel::Parcel;
use super::scheduled::{Run, SCHEDULED};
use super::{DeliveryPage, DeliveryView, Why};
use crate::App;
use crate::audit::{Event, EventKind};
use crate::pages::Page;
use crate::publications;

/// What came in by webhooks: for owners and admins alone.
#[derive(Debug, Clone)]
pub struct Deliveries {
    pub(super) app: App,
}

/// Which deliveries to list.
#[derive(Debug, Clone, Default)]
pub struct ListDeliveries<'a> {
    /// Those of this publication.
    pub publication: Option<&'a str>,
    /// Those in this state: see [`DeliveryView::STATES`].
    pub state: Option<&'a str>,
    /// The [`DeliveryPage::next_cursor`] of the page before.
    pub cursor: Option<&'a str>,
    /// The most of a page, 50 unless said; at most 200.
    pub limit: Option<u32>,
}

impl App {
    /// What came in by webhooks.
    pub fn deliveries(&self) -> Deliveries {
        Deliveries { app: self.clone() }
    }
}

impl Deliveries {
    /// The deliveries of the organization of `who`, the last that came first.
    pub async fn list(
        &self,
        who: &Principal,
        list: &ListDeliveries<'_>,
    ) -> Result<DeliveryPage, Error> {
        self.app.administer(who).await?;
        let publication = list
            .publication
            .map(str::parse::<PublicationId>)
            .transpose();
        let publication =
            publication.map_err(|error| Error::invalid_at("/publication", error.to_string()))?;
        let known = |state: &&str| DeliveryView::STATES.contains(state);
        if !list.state.as_ref().is_none_or(known) {
            let expected = format!("one of {}", DeliveryView::STATES.join(", "));
            return Err(Error::invalid_at("/state", expected));
        }
        let page = Page::read(list.cursor, list.limit)?;
        let filter = DeliveryFilter {
            publication: publication.as_ref(),
            state: list.state,
            session: None,
            before: page.before,
        };
        let store = &self.app.inner.store;
        let found = store.deliveries(who.organization(), &filter, page.wanted());
        let mut found = found.await?;
        let next_cursor = page.cut(&mut found, |one| one.seq);
        Ok(DeliveryPage {
            deliveries: found.into_iter().map(|one| self.view(one)).collect(),
            next_cursor,
        })
    }

    /// One delivery.
    pub async fn show(&self, who: &Principal, id: &DeliveryId) -> Result<DeliveryView, Error> {
        self.app.administer(who).await?;
        Ok(self.view(self.found(who, id).await?))
    }

    /// Why the agent spoke about a delivery, or did not.
    pub async fn why(&self, who: &Principal, id: &DeliveryId) -> Result<Why, Error> {
        self.app.administer(who).await?;
        let delivery = self.found(who, id).await?;
        Ok(Why::of(self.view(delivery)))
    }

    /// Has a delivery looked at anew, by what its publication is set to now, and said once more.
    ///
    /// # Errors
    ///
    /// `publication_not_found` where its publication was removed.
    pub async fn replay(&self, who: &Principal, id: &DeliveryId) -> Result<DeliveryView, Error> {
        self.app.administer(who).await?;
        let delivery = self.found(who, id).await?;
        let event = Event::new(EventKind::DeliveryReplayed, who).target("delivery", id.as_str());
        let replaying = self.replay_found(who, &delivery);
        let new = self.app.inner.audit.change(event, replaying).await?;
        Ok(self.view(self.found(who, &new).await?))
    }

    async fn replay_found(
        &self,
        who: &Principal,
        delivery: &Delivery,
    ) -> Result<DeliveryId, Error> {
        let (organization, inner) = (who.organization(), &self.app.inner);
        let publication = inner.store.publication(organization, &delivery.publication);
        let publication = publication.await?.ok_or_else(publications::not_found)?;
        let (provider, told) = self.app.behind(&publication).await?;
        let sealed = inner.store.received(organization, &delivery.id).await?;
        let sealed = sealed.ok_or_else(not_found)?;
        let parcel = Parcel::open(&inner.vault, organization, &delivery.id, &sealed)?;
        let judged = if delivery.rule == SCHEDULED {
            Run::read(&parcel)?.judged(&publication, delivery.dedupe_key.clone())
        } else {
            let context = told.context(&self.app);
            let request = parcel.request();
            let judged = self.app.judged(provider, &publication, &request, &context);
            judged.await?
        };
        let of = Some(delivery.id.clone());
        self.app.record(&publication, &judged, &parcel, of).await
    }

    pub(super) fn view(&self, delivery: Delivery) -> DeliveryView {
        DeliveryView::of(delivery, &self.app.settings().providers)
    }

    async fn found(&self, who: &Principal, id: &DeliveryId) -> Result<Delivery, Error> {
        let store = &self.app.inner.store;
        let found = store.delivery(who.organization(), id).await?;
        found.ok_or_else(not_found)
    }
}

pub(super) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "delivery_not_found",
        "there is no delivery with this id",
    )
    .with_hint("`keyway deliveries list` shows those that are kept")
}
