#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::path::Path;
use std::sync::Arc;

use keyway_app::rotation::{Begun, Checked, Resealed, Rotation, RotationError};
use keyway_app::setup::first_start;
use keyway_core::CredentialId;
use keyway_store::{Announced, CredentialPlace, NewStoredCredential, Purpose, Store};
use keyway_vault::{Context, Vault};

use crate::credentials::world::World;
use crate::support::{clock, key_file, random};

/// What is stored of the instances that no call uses.
pub(crate) const STORED: &[u8] = br#"{"apiKey":"canary-stored-1b1b"}"#;

/// A gateway that serves, and says so.
pub(crate) struct Gateway {
    pub(crate) world: World,
    announced: Announced,
}

impl Gateway {
    pub(crate) async fn start() -> Self {
        Self::over(World::start().await)
    }

    fn over(world: World) -> Self {
        let database = world.directory.path().join("keyway.db");
        let announced = Announced::announce(&database, "http://127.0.0.1:1").unwrap();
        Self { world, announced }
    }

    pub(crate) async fn restart(self) -> Self {
        drop(self.announced);
        Self::over(self.world.restart().await)
    }

    /// The data directory.
    pub(crate) fn path(&self) -> &Path {
        self.world.directory.path()
    }

    /// The lines of the key file.
    pub(crate) fn keys(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.path().join("master.key")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// Stores many instances that no call uses.
    pub(crate) async fn fill(&self, count: usize) -> Vec<CredentialId> {
        let process = &self.world.process;
        let organization = self.world.operator().organization().clone();
        let mut ids = Vec::new();
        for _ in 0..count {
            let id = CredentialId::generate(&*process.clock, &*random());
            let vault = &process.keys.vault;
            let place = place(organization.as_str(), &id);
            let new = NewStoredCredential {
                id: id.clone(),
                key: "stored".to_owned(),
                place: CredentialPlace::Organization,
                name: id.to_string(),
                sealed: vault.seal(&place, STORED).unwrap(),
                at: jiff::Timestamp::UNIX_EPOCH,
            };
            process
                .store
                .create_credential(&organization, &new)
                .await
                .unwrap();
            ids.push(id);
        }
        ids
    }

    /// What a command beside the gateway has, with its own connection and its own keys.
    pub(crate) async fn command(&self) -> Rotation {
        let database = self.path().join("keyway.db");
        let store = Store::open(&database, Purpose::Command).await.unwrap();
        let source = key_file(self.path());
        let ready = first_start(&store, &*clock(), &random(), &source)
            .await
            .unwrap();
        Rotation {
            store,
            database,
            vault: ready.vault,
            source,
            random: random(),
            columns: Rotation::COLUMNS,
        }
    }

    /// All of a rotation, without an interruption.
    pub(crate) async fn rotate(&self) -> (Begun, Resealed) {
        let command = self.command().await;
        let begun = command.begin().await.unwrap();
        let resealed = command.reseal(&begun, |_| {}).await.unwrap();
        (begun, resealed)
    }

    pub(crate) async fn verify(&self) -> Checked {
        self.command().await.verify(|_| {}).await.unwrap()
    }

    pub(crate) async fn retire(&self) -> Result<usize, RotationError> {
        let gone = self.command().await.retire(|_| {}).await?;
        Ok(gone.len())
    }

    /// A vault of the keys in the file, and nothing else.
    pub(crate) fn file_vault(&self) -> Vault {
        let text = std::fs::read(self.path().join("master.key")).unwrap();
        let keys = keyway_vault::MasterKey::parse_all(&text).unwrap();
        Vault::new(
            keyway_vault::KeyRing::of(keys).unwrap(),
            Arc::new(keyway_vault::random::SystemRandom),
        )
    }
}

pub(crate) fn place<'a>(organization: &'a str, id: &'a CredentialId) -> Context<'a> {
    Context {
        organization,
        table: "credentials",
        column: "sealed",
        row: id.as_str(),
    }
}
