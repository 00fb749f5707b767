# Machine identities.
accounts-title = Service accounts
accounts-lead = Machines that come in by themselves, with API keys or as an OAuth client.
accounts-search = Search by name
accounts-name = Name
accounts-since = Made
accounts-new = New service account
accounts-new-lead = One for each program, so that each can be kept out by itself.
accounts-name-help = What it is for. The audit log tells it by this name.
accounts-role-help = Members use what policy permits. Admins may also look after the organization.
accounts-create = Make it
accounts-none = No service account is here yet.
accounts-none-help = A program that calls tools without a person, such as a nightly job, comes in as a service account: it goes on working when people leave, and can be kept out by itself.
accounts-not-found = No service account is found.
accounts-change = Name and role
accounts-change-lead = The role holds at once, for all its keys and tokens.
accounts-new-key = New key for it
accounts-all-keys = All its keys
accounts-no-keys = It has no API key yet.
accounts-no-keys-help = With a key it can come in. An OAuth client can act as it, too.
accounts-end = Keep out
accounts-end-lead = Disabling lets its keys and tokens rest until it is let in again. Deleting ends them for good.
accounts-delete = Delete

account-disable-title = Disable { $name }?
account-disable-body = Its keys and tokens stop working at once, and work again once it is let in again.
account-disable-do = Disable
account-delete-title = Delete { $name }?
account-delete-body = Its API keys, its tokens and the OAuth clients that act as it end at once. What it did stays in the audit log. This cannot be taken back.
account-delete-do = Delete

flash-account-made = The service account is made. Give it a key so that it can come in.
flash-account-changed = The service account is changed.
flash-account-disabled = It is kept out. Its keys and tokens rest.
flash-account-enabled = It is let in again, with its keys and tokens.
flash-account-deleted = The service account is deleted, with its keys and tokens.
