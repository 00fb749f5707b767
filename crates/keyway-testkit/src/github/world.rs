//! What tests set up and look at.

use std::sync::Arc;

use serde_json::Value;

use super::key::AppKey;
use super::manifest;
use super::server::GitHub;

impl GitHub {
    /// A repository with `README.md` on its branch `main`. Who is called `ada` can be assigned.
    pub fn repository(&self, name: &str) {
        self.state().make_repository(name);
    }

    /// The same, which is nobody's to see but its installation's.
    pub fn private_repository(&self, name: &str) {
        self.state().make_repository(name);
        self.state().repository(name).private = true;
    }

    /// Makes a repository read-only.
    pub fn archive(&self, name: &str) {
        self.state().repository(name).archived = true;
    }

    /// Opens an issue, and says its number.
    pub fn issue(&self, name: &str, author: &str, title: &str, body: &str) -> u64 {
        self.state().make_issue(name, author, title, body, &[])
    }

    /// Opens a pull request from a branch that is made for it, and says its number.
    pub fn pull(&self, name: &str, author: &str, title: &str, head: &str) -> u64 {
        let mut state = self.state();
        let repository = state.repository(name);
        let tip = repository.branches["main"].clone();
        repository.branches.insert(head.to_owned(), tip);
        state.make_pull(name, author, title, "", head, "main")
    }

    /// Writes a comment on an issue or a pull request.
    pub fn comment(&self, name: &str, number: u64, by: &str, body: &str) -> Value {
        self.state().comment(name, number, by, body)
    }

    /// Writes a comment on a line of a pull request.
    pub fn line_comment(&self, name: &str, number: u64, by: &str, body: &str) -> Value {
        self.state().line_comment(name, number, by, body, None)
    }

    /// Writes a comment in a discussion.
    pub fn discussion_comment(&self, name: &str, number: u64, by: &str, body: &str) -> Value {
        self.state().discussion_comment(name, number, by, body)
    }

    /// Changes a member of an issue, as `locked` or `state`; `deleted` is one that is gone.
    pub fn set_issue(&self, name: &str, number: u64, member: &str, value: impl Into<Value>) {
        let mut state = self.state();
        let issue = state
            .repository(name)
            .issues
            .get_mut(&number)
            .expect("an issue");
        issue[member] = value.into();
    }

    /// Changes a member of a pull request, as `mergeable`.
    pub fn set_pull(&self, name: &str, number: u64, member: &str, value: impl Into<Value>) {
        let mut state = self.state();
        let pull = state
            .repository(name)
            .pulls
            .get_mut(&number)
            .expect("a pull request");
        pull[member] = value.into();
    }

    /// An issue as it is now.
    pub fn issue_now(&self, name: &str, number: u64) -> Value {
        self.state().repository(name).issues[&number].clone()
    }

    /// A pull request as it is now.
    pub fn pull_now(&self, name: &str, number: u64) -> Value {
        self.state().repository(name).pulls[&number].clone()
    }

    /// The bodies of the comments on an issue or a pull request.
    pub fn comments(&self, name: &str, number: u64) -> Vec<String> {
        bodies(&self.state().repository(name).comments, number)
    }

    /// The comments on an issue that an app wrote, by id, in the order in which they came.
    pub fn comments_of_app(&self, name: &str, number: u64, app: &str) -> Vec<String> {
        let login = format!("{app}[bot]");
        let mut state = self.state();
        let all = state.repository(name).comments.iter();
        let own = all.filter(|(on, one)| *on == number && one["user"]["login"] == *login);
        own.map(|(_, one)| one["id"].to_string()).collect()
    }

    /// The bodies of the comments on the lines of a pull request.
    pub fn line_comments(&self, name: &str, number: u64) -> Vec<String> {
        bodies(&self.state().repository(name).line_comments, number)
    }

    /// The bodies of the comments in a discussion.
    pub fn discussion_comments(&self, name: &str, number: u64) -> Vec<String> {
        bodies(&self.state().repository(name).discussion_comments, number)
    }

    /// The reactions of an app: what each is to and which it is. To what is an address below `/repos`, or a node.
    pub fn reactions_of_app(&self, app: &str) -> Vec<(String, String)> {
        let login = format!("{app}[bot]");
        let all = self.state().reactions.clone().into_iter();
        let own = all.filter(|(_, _, by)| *by == login);
        own.map(|(to, content, _)| (to, content)).collect()
    }

    /// Puts somebody into a team of every organization, as `active` or `pending`.
    pub fn add_to_team(&self, team: &str, login: &str, state: &str) {
        let key = (team.to_lowercase(), login.to_lowercase());
        self.state().teams.insert(key, state.to_owned());
    }

    /// Takes somebody out of a team.
    pub fn take_from_team(&self, team: &str, login: &str) {
        let key = (team.to_lowercase(), login.to_lowercase());
        self.state().teams.remove(&key);
    }

    /// What an installation may.
    pub fn permissions(&self, installation: u64) -> std::collections::BTreeMap<String, String> {
        let found = self.state().installation(installation).cloned();
        found.expect("an installation").permissions
    }

    /// Puts a file on a branch.
    pub fn put_file(&self, name: &str, branch: &str, path: &str, text: &str) {
        let mut state = self.state();
        let repository = state.repository(name);
        let tree = repository.commits[&repository.branches[branch]]
            .tree
            .clone();
        let files = repository.trees.get_mut(&tree).expect("a tree");
        files.insert(path.to_owned(), ("100644".to_owned(), text.to_owned()));
    }

    /// A file's mode and text on a branch.
    pub fn file(&self, name: &str, branch: &str, path: &str) -> Option<(String, String)> {
        self.state()
            .repository(name)
            .files(branch)?
            .get(path)
            .cloned()
    }

    /// What is at the tip of a branch.
    pub fn tip(&self, name: &str, branch: &str) -> Option<String> {
        self.state().repository(name).branches.get(branch).cloned()
    }

    /// Adds the outcome of a check.
    pub fn check_run(&self, name: &str, run: Value) {
        self.state().repository(name).check_runs.push(run);
    }

    /// What workflows were started with.
    pub fn dispatched(&self, name: &str) -> Vec<Value> {
        self.state().repository(name).dispatched.clone()
    }

    /// An app with every permission that is asked for in manifests, made by hand: its id and its key.
    pub fn app(&self, slug: &str, owner: &str) -> (u64, Arc<AppKey>) {
        let mut state = self.state();
        state.make_app(slug, owner, manifest::everything());
        let app = state.apps.last_mut().expect("the app");
        app.code = None;
        (app.id, Arc::clone(&app.key))
    }

    /// The manifest of an app.
    pub fn manifest(&self, slug: &str) -> Option<Value> {
        let state = self.state();
        let app = state.apps.iter().find(|app| app.slug == slug)?;
        Some(app.manifest.clone())
    }

    /// What an app's webhooks are signed with.
    pub fn webhook_secret(&self, app: u64) -> Option<String> {
        self.state().app(app).map(|app| app.webhook_secret.clone())
    }

    /// Installs an app, and says where.
    pub fn install(&self, app: u64, account: &str) -> u64 {
        self.state().install(app, account)
    }

    /// The installations there are.
    pub fn installations(&self) -> Vec<u64> {
        self.state()
            .installations
            .iter()
            .map(|one| one.id)
            .collect()
    }

    /// Lets nobody install but an owner, who is asked, or lets everybody again.
    pub fn ask_owner(&self, asks: bool) {
        self.state().asks_owner = asks;
    }

    /// Takes an app away.
    pub fn uninstall(&self, installation: u64) {
        self.state().uninstall(installation);
    }

    /// Suspends an installation.
    pub fn suspend(&self, installation: u64) {
        let mut state = self.state();
        let found = state
            .installations
            .iter_mut()
            .find(|one| one.id == installation);
        found.expect("an installation").suspended = true;
    }

    /// Takes a permission from an installation.
    pub fn take_permission(&self, installation: u64, name: &str) {
        let mut state = self.state();
        let found = state
            .installations
            .iter_mut()
            .find(|one| one.id == installation);
        found.expect("an installation").permissions.remove(name);
    }

    /// Hides a repository from an installation.
    pub fn hide(&self, installation: u64, repository: &str) {
        let mut state = self.state();
        let found = state
            .installations
            .iter_mut()
            .find(|one| one.id == installation);
        found
            .expect("an installation")
            .hidden
            .push(repository.to_lowercase());
    }

    /// A token of an installation, as if it was minted.
    pub fn token(&self, installation: u64) -> String {
        let mut state = self.state();
        let (token, ends) = (
            format!("ghs_{}", state.next()),
            state.now + jiff::SignedDuration::from_hours(1),
        );
        state.tokens.insert(token.clone(), (installation, ends));
        token
    }

    /// Makes every token worth nothing.
    pub fn revoke_tokens(&self) {
        self.state().tokens.clear();
    }
}

fn bodies(all: &[(u64, Value)], number: u64) -> Vec<String> {
    let all = all.iter().filter(|(on, _)| *on == number);
    all.map(|(_, one)| one["body"].as_str().unwrap_or_default().to_owned())
        .collect()
}
