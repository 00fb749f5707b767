# Secrets that were just made, shown this once.
issued-title-invited = Invitation for { $name }
issued-lead-invited = No mail is sent: hand this link over yourself, where only the person you invite reads it.
issued-secret-invited = The link, shown this once
issued-note-invited = It works once, for 7 days. An earlier open invitation of the same address has ended.
issued-on-invited = See the invitations

issued-title-key-made = API key “{ $name }”
issued-lead-key-made = The key is made. Put it where the program reads it, now: it cannot be shown again.
issued-secret-key-made = The key, shown this once
issued-note-key-made = Whoever has it may do what it is for. Revoke it here if it gets into wrong hands.
issued-on-key-made = See the key

issued-title-key-rotated = API key “{ $name }” is replaced
issued-lead-key-rotated = Put the new key where the program reads it. The old one ends after the time you chose.
issued-secret-key-rotated = The new key, shown this once
issued-note-key-rotated = Whoever has it may do what it is for. Once nothing uses the old one any more, you can revoke it early.
issued-on-key-rotated = See the new key

issued-title-client-made = OAuth client “{ $name }”
issued-lead-client-made = The client is made. Give its application the id and the secret, now: the secret cannot be shown again.
issued-secret-client-made = The client secret, shown this once
issued-note-client-made = It is kept as a digest only. If it is lost, make another client and delete this one.
issued-on-client-made = See the client

issued-title-publication-made = { $name } is published
issued-lead-publication-made = Its address is there. Give the address and the secret to the other system, now: the secret cannot be shown again.
issued-secret-publication-made = What webhooks are signed with, shown this once
issued-note-publication-made = Whoever has it can wake the agent. If it is lost, replace it on the page of the publication.
issued-on-publication-made = See the publication

issued-title-publication-rotated = The signing secret of { $name } is replaced
issued-lead-publication-rotated = Give the new one to the other system, now: it cannot be shown again. The one before is good for another 24 hours.
issued-secret-publication-rotated = What webhooks are signed with, shown this once
issued-note-publication-rotated = Whoever has it can wake the agent.
issued-on-publication-rotated = See the publication

issued-title-setup-link = Setup link for { $name }
issued-lead-setup-link = Hand this link to whoever administers the other system. They need no account here.
issued-secret-setup-link = The link, shown this once
issued-note-setup-link = It installs this publication and nothing else, once, within seven days. A link that was made before works no more.
issued-on-setup-link = See the publication

issued-title-endpoint-made = { $name } is told
issued-lead-endpoint-made = Give the secret to the receiver, now: it cannot be shown again.
issued-secret-endpoint-made = What messages are signed with, shown this once
issued-note-endpoint-made = Whoever has it can sign messages that look like ours. If it is lost, replace it on the page of the endpoint.
issued-on-endpoint-made = See the endpoint

issued-title-endpoint-rotated = The secret of { $name } is replaced
issued-lead-endpoint-rotated = Give the new one to the receiver, now: it cannot be shown again. For 24 hours messages are signed with both.
issued-secret-endpoint-rotated = What messages are signed with, shown this once
issued-note-endpoint-rotated = Whoever has it can sign messages that look like ours.
issued-on-endpoint-rotated = See the endpoint
