// Servers behind OAuth: an administrator signs in once for everybody, or each person for themselves.
import { connect } from "../node/connect.mjs";

export const bothWays = true;

const { KEYWAY_URL: gateway, KEYWAY_KEY: key, KEYWAY_PROTECTED: server, KEYWAY_CONTROL: control } = process.env;
const SHARED = "OAuth: an administrator signs in once for everybody";
const EACH = "OAuth: each person signs in";

export default async function ({ check, owner, member, memberToken, api, assert, script }) {
  const kind = script ? "modern" : "legacy";
  const way = script ? "" : " plain";
  const slugOf = (name) => name.toLowerCase().replaceAll(" ", "-");
  const [wiki, notes] = [`Wiki${way}`, `Notes${way}`];
  const report = async () => (await fetch(`${control}/report`)).json();
  const wait = async (what, holds) => {
    for (let left = 300; !(await holds()); left -= 1) {
      assert.ok(left > 0, what);
      await new Promise((ready) => setTimeout(ready, 100));
    }
  };
  const add = async (page, name, how) => {
    await page.goto("/console/integrations/add");
    await page.locator("#f-name").fill(name);
    await page.locator("#f-url").fill(server);
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.getByText("The server wants somebody to sign in.").waitFor();
    await page.getByText("Choose OAuth under Advanced settings.").waitFor();
    if (!(await page.locator("#f-auth").isVisible())) await page.getByText("Advanced settings", { exact: true }).click();
    await page.locator("#f-auth").selectOption({ label: how });
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.waitForURL("**/console/integrations?done=connector-added");
    await page.goto(`/console/connectors/${slugOf(name)}`);
  };
  // From the gateway's page to the authorization server, and back with an answer.
  const decide = async (page, answer) => {
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByRole("link", { name: /^Continue to/ }).click();
    await page.getByRole("heading", { name: "Allow access?" }).waitFor();
    await page.getByRole("button", { name: answer, exact: true }).click();
  };
  const agree = async (page, name) => {
    await decide(page, "Allow");
    await page.getByRole("heading", { name: `${name} is connected` }).waitFor();
    assert.deepEqual(page.trouble, []);
  };
  const call = (client, name, marker) =>
    client.callTool({ name: `mcp__${slugOf(name)}__echo`, arguments: { marker } });
  const ran = (result, marker) => assert.equal(result.echo?.marker, marker, JSON.stringify(result));
  const linkOf = (result) => {
    assert.ok(result.isError, JSON.stringify(result));
    return JSON.stringify(result).match(/http:\/\/[^\s"\\,)]+/)[0];
  };
  const program = async (more) =>
    connect(kind, gateway, { authorization: `Bearer ${await memberToken()}` }, more);

  await check("an administrator signs in once, and everybody's agent calls", async () => {
    const page = await owner();
    await add(page, wiki, SHARED);
    await page.getByText("nobody has signed in yet").waitFor();
    await page.getByRole("link", { name: "Sign in" }).click();
    await decide(page, "Deny");
    await page.getByRole("alert").waitFor();
    await agree(page, wiki);
    await page.goto(`/console/connectors/${slugOf(wiki)}`);
    await page.getByText("signed in", { exact: true }).waitFor();
    for (const { callTool } of [await connect(kind, gateway, { authorization: `Bearer ${key}` }), await program()]) {
      ran(await call({ callTool }, wiki, "everybody"), "everybody");
    }
  });

  await check("a member signs in for nobody else", async () => {
    const page = await member();
    await page.goto(`/connect/mcp:${slugOf(wiki)}`);
    await page.getByText("Only an administrator may connect it: ask one.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Connect", exact: true }).count(), 0);
  });

  await check("a first call answers with a link, and goes through once its person agreed there", async () => {
    const admin = await owner();
    await add(admin, notes, EACH);
    await admin.getByText("0 people have signed in.").waitFor();
    const bob = await program({ quiet: true });
    const link = linkOf(await call(bob, notes, "too early"));
    const other = await owner();
    const refused = await other.goto(link);
    assert.equal(refused.status(), 404);
    await other.getByText("another person").waitFor();
    const page = await member();
    await page.goto(link);
    await agree(page, notes);
    ran(await call(bob, notes, "agreed"), "agreed");
    // With script the page that was open tells by itself.
    if (!script) await admin.goto(`/console/connectors/${slugOf(notes)}`);
    await admin.getByText("1 person has signed in.").waitFor();
    // What Bob agreed to is of no use to others.
    const ada = await connect(kind, gateway, { authorization: `Bearer ${key}` }, { quiet: true });
    assert.ok((await call(ada, notes, "not hers")).isError);
  });

  await check("what one connected is shown to them and ended by them, and the tokens are given back", async () => {
    const before = (await report()).revoke;
    const page = await member();
    await page.goto("/console");
    await page.getByRole("link", { name: "My connections" }).click();
    const row = page.getByRole("row").filter({ hasText: notes });
    await row.getByText("Connected", { exact: true }).waitFor();
    assert.equal(await page.getByRole("row").filter({ hasText: wiki }).count(), 0, "everybody's is nobody's own");
    await row.getByRole("button", { name: `Disconnect ${notes}` }).click();
    await page.getByText("It is disconnected, and its tokens are given back.").waitFor();
    await row.getByText("Not connected", { exact: true }).waitFor();
    await wait("the tokens are given back", async () => (await report()).revoke > before);
    linkOf(await call(await program({ quiet: true }), notes, "ended"));
    assert.deepEqual(page.trouble, []);
  });

  await check("a client that opens pages is led to it, and its call goes on", async () => {
    const opened = [];
    const bob = await program({
      opens: async ({ mode, url }) => {
        assert.equal(mode, "url");
        opened.push(url);
        const page = await member();
        await page.goto(url);
        await agree(page, notes);
        return { action: "accept" };
      },
    });
    ran(await call(bob, notes, "led"), "led");
    assert.equal(opened.length, 1);
  });

  await check("no token is anywhere it can be read", async () => {
    const { secrets, violations } = await report();
    assert.deepEqual(violations, []);
    const told = [
      await api("GET", "/v1/audit?limit=200"),
      await api("GET", "/v1/credentials"),
      await api("GET", "/v1/connectors"),
    ];
    const page = await owner();
    for (const path of [`/console/connectors/${slugOf(wiki)}`, "/console/apps", "/console/activity"]) {
      await page.goto(path);
      told.push(await page.content());
    }
    const text = JSON.stringify(told);
    assert.ok(secrets.length > 0 && secrets.every((secret) => !text.includes(secret)));
  });

  for (const name of [wiki, notes]) await api("DELETE", `/v1/connectors/${slugOf(name)}`);
}
