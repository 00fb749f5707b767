# What is around every page of the console, and what its pages share.
frame-skip = Skip to the content
frame-navigation = Console
frame-menu = Menu
frame-organization = Organization
frame-organizations = Your organizations
frame-who = Signed in
frame-account = Your account
frame-sign-out = Sign out
frame-waiting = waiting:

nav-group-connect = Connect
nav-group-watch = Watch
nav-group-govern = Govern
nav-group-mine = Mine

nav-overview = Overview
nav-integrations = Integrations
nav-tools = Tools
nav-apps = Apps
nav-agents = Agents
nav-approvals = Approvals
nav-sessions = Sessions
nav-activity = Activity
nav-webhooks = Webhooks
nav-people = People
nav-service-accounts = Service accounts
nav-api-keys = API keys
nav-clients = OAuth clients
nav-policy = Policy
nav-settings = Settings
nav-my-connections = My connections
nav-my-sessions = My sessions
nav-my-access = My access
nav-connect = How to connect

flash-organization = You are in another organization now.

not-found-title = Nothing is here
not-found-lead = Nothing stands at this address, or it is not for you to see.
not-found-do = What you can do
not-found-typed = Was the address typed or pasted? Look at it again: every character counts.
not-found-gone = What was here may have been removed or taken back since the link was made. The list it was in shows what there is now.
not-found-given = Did somebody send you the link? They may see more than you do: ask them, or who administers your organization.
not-found-back = Go to { $name }
not-found-request = Request

time-now = just now
time-past-minutes = { $n ->
    [one] 1 minute ago
   *[other] { $n } minutes ago
}
time-past-hours = { $n ->
    [one] 1 hour ago
   *[other] { $n } hours ago
}
time-past-days = { $n ->
    [one] yesterday
   *[other] { $n } days ago
}
time-future-minutes = { $n ->
    [one] in 1 minute
   *[other] in { $n } minutes
}
time-future-hours = { $n ->
    [one] in 1 hour
   *[other] in { $n } hours
}
time-future-days = { $n ->
    [one] tomorrow
   *[other] in { $n } days
}

shortcuts-title = Keyboard
shortcuts-search = Search this list
shortcuts-help = Show this
shortcuts-close = Close

pager-label = Pages
pager-first = First page
pager-next = Next page
search-do = Search
copy-do = Copy
copy-done = Copied
form-optional = optional
confirm-cancel = Cancel

stale-title = Somebody else changed this meanwhile.
stale-body = Nothing was saved. Your entries are still in the form: look at what changed, and save again to replace it.
stale-now = Now:
stale-yours = You wrote:
stale-empty = empty
stale-on = yes
stale-off = no

# For trying the page of confirmations.
confirm-sample-title = End { $name }?
confirm-sample-body = { $name } ends at once. This cannot be taken back.
confirm-sample-do = End it
