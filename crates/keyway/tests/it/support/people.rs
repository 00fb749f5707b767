use std::net::{IpAddr, Ipv4Addr};

use keyway_app::App;
use keyway_app::people::{Accept, Browser, SignedIn};
use keyway_core::{Principal, Role, Secret};

use super::browser::PASSWORD;

/// Lets somebody in: `who` invites them, and they accept with the password of all browsers here.
/// `ada@example.com` is called Ada.
pub(crate) async fn join(app: &App, who: &Principal, email: &str, role: Role) -> SignedIn {
    let people = app.people();
    let invited = people.invite(who, email, role).await.unwrap();
    let (name, _) = email.split_once('@').unwrap();
    let accept = Accept::Password {
        name: name[..1].to_uppercase() + &name[1..],
        password: Secret::new(PASSWORD.into()),
        browser: Browser {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: "test".into(),
            device: None,
        },
    };
    let token = invited.token.expose();
    people.accept_invitation(token, accept).await.unwrap()
}
