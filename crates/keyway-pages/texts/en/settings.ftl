# The organization and its projects.
settings-title = Settings
settings-lead = The organization, its projects, and how people sign in.
settings-organization = Organization
settings-name = Name
settings-name-help = People read it when they sign in and are invited.
settings-slug = Slug
settings-sign-in = Sign-in
settings-sign-in-lead = The operator sets this in the gateway's configuration file (keyway.yaml), or with environment variables. Here it is shown.
settings-signup = Who becomes a user
settings-signup-closed = nobody new
settings-signup-invited = who was invited
settings-signup-domains = who was invited, and verified addresses of
settings-signup-open = anyone
settings-providers = OpenID providers
settings-no-providers = none: people sign in with a password
settings-password = Passwords
settings-password-length = { $n } characters or more
settings-idle = A web session ends without use after
settings-life = It ends in any case after
settings-days = { $n } days
settings-hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
}
settings-registration = OAuth clients register themselves
settings-registration-open = yes
settings-registration-closed = no: only clients made here, and those known by a document
flash-organization-renamed = The organization has another name.

projects-title = Projects
projects-lead = Named parts of the organization that can have credentials and servers of their own.
projects-search = Search by name or slug
projects-name = Name
projects-slug = Slug
projects-slug-help = Its name in commands and addresses: a-z, 0-9 and single dashes. It cannot be changed later.
projects-new = New project
projects-new-lead = Credentials can be stored for one project alone.
projects-create = Make the project
projects-none = No project is here yet.
projects-none-help = Without projects everything belongs to the organization as a whole. Make one when a team needs credentials that others should not use.
projects-not-found = No project is found.
projects-rename = Name
projects-end = Delete
projects-end-lead = The credentials stored for the project go with it.
project-delete-title = Delete the project { $name }?
project-delete-body = The credentials stored for it are deleted, too. This cannot be taken back.
project-delete-do = Delete
flash-project-made = The project is made.
flash-project-renamed = The project has another name.
flash-project-deleted = The project is deleted.
