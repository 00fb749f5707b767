//! Who is in the teams of an organization ("Team members" in the documentation of the REST API).

use serde_json::json;

use super::answer::{Answer, Answered};
use super::guard::Request;
use super::state::{Installation, State};

impl State {
    /// `GET /orgs/{org}/teams/{team}/memberships/{login}`: 404 for who is in none, and for teams that are none.
    pub(super) fn team_api(
        &self,
        request: &Request,
        installation: &Installation,
        rest: &[&str],
    ) -> Answered {
        let [organization, "teams", team, "memberships", login] = rest else {
            return Err(Answer::not_found());
        };
        if request.method != "GET" {
            return Err(Answer::not_found());
        }
        if !installation.permissions.contains_key("members") {
            return Err(
                Answer::refuse(403, "Resource not accessible by integration")
                    .with("x-accepted-github-permissions", "members=read".to_owned()),
            );
        }
        if !organization.eq_ignore_ascii_case(&installation.account) {
            return Err(Answer::not_found());
        }
        let key = (team.to_lowercase(), login.to_lowercase());
        let state = self.teams.get(&key).ok_or_else(Answer::not_found)?;
        Ok(Answer::ok(json!({ "state": state, "role": "member" })))
    }
}
