#[derive(keyway::Credential)]
pub struct Acme {
    pub api_key: keyway::Secret<String>,
}

pub fn acme() -> keyway::App {
    keyway::App::of::<Acme>().action(actions::create_acme_ticket())
}
