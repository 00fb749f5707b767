use serde_json::{Value, json};

use super::state::Standing;
use super::{Call, Channel, Misbehaviour, Slack};

/// What a test looks at and changes.
impl Slack {
    /// Misbehaves at the next call of a method; several are done one after another.
    pub fn misbehave(&self, method: &str, misbehaviour: Misbehaviour) {
        let mut state = self.state();
        let all = state.misbehaviours.entry(method.to_owned()).or_default();
        all.push_back(misbehaviour);
    }

    /// The calls so far, refused ones included.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// The calls of one method.
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.method == method);
        calls
    }

    /// How often a method was called, also where nothing came of it.
    pub fn reached(&self, method: &str) -> usize {
        let state = self.state();
        state.reached.get(method).copied().unwrap_or_default()
    }

    /// What a channel holds.
    pub fn channel(&self, id: &str) -> Channel {
        self.state().channels.get(id).cloned().unwrap_or_default()
    }

    /// Changes a channel, or makes one.
    pub fn change_channel(&self, id: &str, change: impl FnOnce(&mut Channel)) {
        change(self.state().channels.entry(id.to_owned()).or_default());
    }

    /// Changes what is known of a person, or makes one.
    pub fn change_user(&self, id: &str, change: impl FnOnce(&mut Value)) {
        change(self.state().users.entry(id.to_owned()).or_default());
    }

    /// Somebody says something, perhaps in a thread. Returns the message's `ts`.
    pub fn say(&self, channel: &str, user: &str, text: &str, thread: Option<&str>) -> String {
        let mut state = self.state();
        let ts = state.next_ts();
        let mut message =
            json!({ "type": "message", "user": user, "text": text, "ts": ts, "team": "T0HOME" });
        if let Some(thread) = thread {
            message["thread_ts"] = thread.into();
        }
        let channel = state.channels.entry(channel.to_owned()).or_default();
        channel.messages.push(message);
        ts
    }

    /// Hands out a token with these scopes, as if the app had been installed.
    pub fn install(&self, scopes: &[&str]) -> String {
        let mut state = self.state();
        state.rotates = false;
        state.granted = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let token = state.hand_out();
        token["access_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Whether tokens expire from here on.
    pub fn rotate_tokens(&self, rotates: bool) {
        self.state().rotates = rotates;
    }

    /// The next consent is refused.
    pub fn deny(&self) {
        self.state().denies = true;
    }

    /// A scope that is not granted from here on, whoever asks.
    pub fn withhold(&self, scope: &str) {
        self.state().withheld.insert(scope.to_owned());
    }

    /// People install it in another workspace from here on.
    pub fn move_to(&self, team: &str, name: &str) {
        self.state().team = (team.to_owned(), name.to_owned());
    }

    /// Every token is worth nothing any more.
    pub fn revoke_tokens(&self) {
        let mut state = self.state();
        state.refresh.clear();
        state
            .tokens
            .values_mut()
            .for_each(|one| *one = Standing::Revoked);
    }

    /// Every token has expired.
    pub fn expire_tokens(&self) {
        let mut state = self.state();
        state
            .tokens
            .values_mut()
            .for_each(|one| *one = Standing::Expired);
    }

    /// The tokens that are worth something.
    pub fn good_tokens(&self) -> Vec<String> {
        let state = self.state();
        let good = state
            .tokens
            .iter()
            .filter(|(_, one)| **one == Standing::Good);
        good.map(|(token, _)| token.clone()).collect()
    }

    /// Whether the app was taken out of the workspace.
    pub fn is_uninstalled(&self) -> bool {
        self.state().uninstalled
    }

    /// What came of a file.
    pub fn file(&self, id: &str) -> Option<Vec<u8>> {
        let state = self.state();
        state.files.get(id).and_then(|(_, bytes)| bytes.clone())
    }

    /// Files are sent to below this address from here on.
    pub fn upload_to(&self, url: &str) {
        url.clone_into(&mut self.state().uploads);
    }
}
