# What somebody let in themselves.
my-access-title = My access
my-access-lead = What comes in as you: your API keys, and the applications you let in.
my-keys = My API keys
my-keys-lead = For programs that cannot open a browser. A key does no more than you may.
my-keys-none = You have no API key.
my-grants = Applications
my-grants-lead = They act as you, with what you let them do. Ending one stops its tokens and streams at once.
my-grants-none = No application acts for you.
my-grants-none-help = When a client asks to be let in, you decide on a page of the gateway; then it is listed here.
my-people = Where you decide as yourself
my-people-lead = People at third parties who said here that they are you. With the buttons there they decide about calls as you.
my-people-none = Nobody at a third party decides as you.
my-people-none-help = When you press a button below a question of an agent for the first time, you get a link to say who you are.

external-person = Who
external-person-id = { $provider } id of the person
external-workspace = Where
external-workspace-id = Id of the workspace
external-since = Since
external-end = End
external-unlink = End
external-unlink-title = Shall { $name } decide as this person no more?
external-unlink-body = The buttons do nothing for { $name } until they say anew who they are. What they approved and was not made yet does not count any more.
external-unlink-do = End it
external-claim-title = Decide from { $provider } as you?
external-claim-body = Somebody at { $provider } pressed a button and asks to decide about calls as you. From then on, whoever has this account there approves and denies in your name:
external-claim-warning = Confirm only if you pressed the button yourself, just now, with this account. If somebody sent you the link, they want to decide as you.
external-claim-do = That is me

flash-external-gone = This link does not work any more. Press the button again: that gives another one, for ten minutes.
flash-external-linked = It is known who you are. Press the button again.
flash-external-unlinked = They decide as this person no more.
