#[derive(keyway::Credential)]
pub struct Acme {
    pub api_key: keyway::Secret<String>,
}
