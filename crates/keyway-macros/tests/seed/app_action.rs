use app::Acme;
use keyway::{Error, action, data};

#[data]
pub struct Created {
    pub id: String,
}

#[action]
pub async fn create_acme_ticket(title: String, body: String, acme: Acme) -> Result<Created, Error> {
    create_ticket(&acme.api_key, title, body).await
}
