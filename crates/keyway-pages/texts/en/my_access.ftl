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
