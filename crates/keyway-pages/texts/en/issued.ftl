# Secrets that were just made, shown this once.
invited-title = Invitation for { $name }
invited-lead = No mail is sent: hand this link over yourself, where only the person you invite reads it.
invited-secret = The link, shown this once
invited-note = It works once, for 7 days. An earlier open invitation of the same address has ended.
invited-on = See the invitations

key-made-title = API key “{ $name }”
key-made-lead = The key is made. Put it where the program reads it, now: it cannot be shown again.
key-made-secret = The key, shown this once
key-made-note = Whoever has it may do what it is for. Revoke it here if it gets into wrong hands.
key-made-on = See the key

key-rotated-title = API key “{ $name }” is replaced
key-rotated-lead = Put the new key where the program reads it. The old one ends after the time you chose.
key-rotated-secret = The new key, shown this once
key-rotated-note = Whoever has it may do what it is for. Once nothing uses the old one any more, you can revoke it early.
key-rotated-on = See the new key

client-made-title = OAuth client “{ $name }”
client-made-lead = The client is made. Give its application the id and the secret, now: the secret cannot be shown again.
client-made-secret = The client secret, shown this once
client-made-note = It is kept as a digest only. If it is lost, make another client and delete this one.
client-made-on = See the client
