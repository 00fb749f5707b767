use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::state::State;

/// A file's mode and text, by path.
pub(super) type Tree = BTreeMap<String, (String, String)>;

/// A repository and all that is in it. Issues and pull requests are kept as GitHub shows them.
#[derive(Default)]
pub(super) struct Repository {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) private: bool,
    pub(super) archived: bool,
    /// The branch's tips.
    pub(super) branches: BTreeMap<String, String>,
    /// Each commit's tree, parents and message.
    pub(super) commits: BTreeMap<String, Commit>,
    pub(super) trees: BTreeMap<String, Tree>,
    pub(super) issues: BTreeMap<u64, Value>,
    pub(super) pulls: BTreeMap<u64, Value>,
    /// Comments with the number of what they are on.
    pub(super) comments: Vec<(u64, Value)>,
    pub(super) line_comments: Vec<(u64, Value)>,
    pub(super) reviews: Vec<(u64, Value)>,
    pub(super) discussion_comments: Vec<(u64, Value)>,
    /// Who can be assigned.
    pub(super) collaborators: Vec<String>,
    pub(super) check_runs: Vec<Value>,
    /// What workflows were started with.
    pub(super) dispatched: Vec<Value>,
    pub(super) labels: BTreeMap<String, u64>,
    last: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Commit {
    pub(super) tree: String,
    pub(super) parents: Vec<String>,
    pub(super) message: String,
}

impl Repository {
    /// The number of the next issue, pull request or discussion.
    pub(super) fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Whether there is what a path of reactions is about, by its id or number.
    pub(super) fn has(&self, path: &[&str], id: &str) -> bool {
        let number = id.parse::<u64>().ok();
        let there = |all: &[(u64, Value)]| {
            let mut ids = all.iter().map(|(_, one)| one["id"].as_u64());
            ids.any(|id| id.is_some() && id == number)
        };
        match path {
            ["issues", "comments", ..] => there(&self.comments),
            ["pulls", ..] => there(&self.line_comments),
            _ => number.is_some_and(|number| self.issues.contains_key(&number)),
        }
    }

    /// What a branch holds.
    pub(super) fn files(&self, branch: &str) -> Option<&Tree> {
        let sha = self.branches.get(branch).map_or(branch, String::as_str);
        self.trees.get(&self.commits.get(sha)?.tree)
    }
}

impl State {
    /// A repository with a file, on a branch called `main`.
    pub(super) fn make_repository(&mut self, name: &str) {
        let (id, tree, commit) = (self.next(), self.sha(), self.sha());
        let file = ("100644".to_owned(), "# Hello\n".to_owned());
        let files = Tree::from([("README.md".to_owned(), file)]);
        let first = Commit {
            tree: tree.clone(),
            parents: Vec::new(),
            message: "First".to_owned(),
        };
        let repository = Repository {
            id,
            name: name.to_owned(),
            branches: BTreeMap::from([("main".to_owned(), commit.clone())]),
            commits: BTreeMap::from([(commit, first)]),
            trees: BTreeMap::from([(tree, files)]),
            collaborators: vec!["ada".to_owned()],
            ..Repository::default()
        };
        self.repositories.insert(name.to_lowercase(), repository);
    }

    pub(super) fn repository(&mut self, name: &str) -> &mut Repository {
        let found = self.repositories.get_mut(&name.to_lowercase());
        found.expect("a repository that was made")
    }

    /// A repository as GitHub shows it.
    pub(super) fn show_repository(&self, name: &str) -> Value {
        let one = &self.repositories[&name.to_lowercase()];
        let owner = one.name.split('/').next().unwrap_or_default();
        json!({
            "id": one.id,
            "full_name": one.name,
            "name": one.name.split('/').next_back(),
            "owner": self.account(owner),
            "private": one.private,
            "archived": one.archived,
            "default_branch": "main",
            "html_url": format!("{}/{}", self.web, one.name),
        })
    }

    /// Opens an issue, and says its number.
    pub(super) fn make_issue(
        &mut self,
        name: &str,
        author: &str,
        title: &str,
        body: &str,
        labels: &[String],
    ) -> u64 {
        let (id, author, now) = (self.next(), self.account(author), self.now.to_string());
        let labels: Vec<_> = labels.iter().map(|label| self.label(name, label)).collect();
        let web = self.web.clone();
        let repository = self.repository(name);
        let number = repository.number();
        let issue = json!({
            "id": id, "number": number, "node_id": format!("I_{id}"), "title": title, "body": body,
            "state": "open", "locked": false, "user": author, "author_association": "MEMBER",
            "labels": labels, "assignees": [], "comments": 0, "created_at": now, "updated_at": now,
            "html_url": format!("{web}/{}/issues/{number}", repository.name),
        });
        repository.issues.insert(number, issue);
        number
    }

    /// A label as GitHub shows it; it is made where it is not there.
    pub(super) fn label(&mut self, name: &str, label: &str) -> Value {
        let next = self.next();
        let id = *self
            .repository(name)
            .labels
            .entry(label.to_owned())
            .or_insert(next);
        json!({ "id": id, "name": label, "color": "ededed" })
    }

    /// Opens a pull request, and says its number.
    pub(super) fn make_pull(
        &mut self,
        name: &str,
        author: &str,
        title: &str,
        body: &str,
        head: &str,
        base: &str,
    ) -> u64 {
        let number = self.make_issue(name, author, title, body, &[]);
        let web = self.web.clone();
        let repository = self.repository(name);
        let tip = |branch: &str| repository.branches.get(branch).cloned();
        let (head_sha, base_sha) = (tip(head), tip(base));
        let issue = repository.issues.get_mut(&number).expect("the issue");
        let url = format!("{web}/{name}/pull/{number}");
        issue["html_url"] = url.clone().into();
        let mut pull = issue.clone();
        issue["pull_request"] = json!({ "html_url": url });
        for (member, value) in [
            ("head", json!({ "ref": head, "sha": head_sha })),
            ("base", json!({ "ref": base, "sha": base_sha })),
            ("draft", json!(false)),
            ("merged", json!(false)),
            ("mergeable", json!(true)),
            ("changed_files", json!(1)),
            ("additions", json!(2)),
            ("deletions", json!(1)),
        ] {
            pull[member] = value;
        }
        repository.pulls.insert(number, pull);
        number
    }
}
