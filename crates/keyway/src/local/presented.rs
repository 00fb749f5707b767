use keyway_oauth::{ClientSettings, is_client_metadata_url};

use crate::cli::Failure;
use crate::config::Environment;

/// How the person's client presents itself to authorization servers.
pub(super) fn presented(environment: &Environment) -> Result<ClientSettings, Failure> {
    let url = environment.get("KEYWAY_CLIENT_METADATA_URL");
    if url.is_some_and(|url| !is_client_metadata_url(url)) {
        let message = "KEYWAY_CLIENT_METADATA_URL: expected the https URL of your Client ID Metadata \
                       Document, with a path and without user name or fragment, such as \
                       https://me.example/keyway.json";
        return Err(Failure::usage("invalid_configuration", message));
    }
    Ok(ClientSettings {
        client_metadata_url: url.map(str::to_owned),
        ..ClientSettings::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Option<String>, Failure> {
        let environment: Environment = [("KEYWAY_CLIENT_METADATA_URL", url)].into_iter().collect();
        presented(&environment).map(|settings| settings.client_metadata_url)
    }

    #[test]
    fn the_document_is_a_page_behind_https() {
        let url = "https://me.example/keyway.json";
        assert_eq!(read(url).unwrap().as_deref(), Some(url));
        assert_eq!(read("").unwrap(), None);
        for wrong in [
            "http://me.example/canary.json",
            "https://me.example",
            "https://me.example/",
            "https://me:canary@me.example/k.json",
            "https://me.example/k.json#canary",
            "https://me.example/a/../canary.json",
            "https://me.example/canary json",
            "file:///srv/canary",
            "canary",
        ] {
            let told = read(wrong).unwrap_err().to_text();
            assert!(told.contains("KEYWAY_CLIENT_METADATA_URL"), "{told}");
            assert!(!told.contains("canary"), "{told}");
        }
    }
}
