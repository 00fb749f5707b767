// Agents that other systems wake by webhooks: published, woken, explained, replayed, paused, removed.
import { SAID, model } from "./model.mjs";
import { SETTINGS, published, send } from "./signed.mjs";

export const bothWays = true;

export default async function ({ check, owner, member, api, assert, script }) {
  const way = script ? "s" : "n";
  const lab = await model(Number(process.env.KEYWAY_MODEL_PORT));
  // Without script one loads the page again to see what happened.
  const shows = async (page, text) => {
    for (;;) {
      if (await page.getByText(text).first().isVisible()) return;
      if (script) {
        await page.getByText(text).first().waitFor();
        return;
      }
      await page.waitForTimeout(200);
      await page.goto(page.url().split("?")[0]);
    }
  };
  const robot = `desk-robot-${way}`;
  await api("POST", "/v1/service-accounts", { name: robot, role: "member" });
  let [address, secret, at] = [];

  await check("an agent is published, and its address and secret are there to be pasted", async () => {
    const page = await owner({ clipboard: true });
    await page.goto("/console/integrations");
    await page.getByRole("link", { name: "Publish an agent: Webhook" }).click();
    await page.getByLabel("Name").fill(`Desk ${way}`);
    await page.getByLabel("Agent").selectOption("helper");
    await page.getByLabel("Acts as").selectOption({ label: robot });
    await page.getByLabel("One session for").selectOption("per_event");
    await page.getByLabel("Settings").fill(JSON.stringify(SETTINGS));
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    secret = await page.locator(".secret code").innerText();
    await page.getByRole("link", { name: "See the publication" }).click();
    await page.getByRole("heading", { name: `Desk ${way}` }).waitFor();
    at = new URL(page.url()).pathname;
    const code = page.locator("section", { has: page.getByRole("heading", { name: "Addresses" }) }).locator(".code").first();
    address = await code.locator("code").innerText();
    assert.match(address, /\/webhook\/webhook\/pub_/);
    assert.ok(!(await page.content()).includes(secret));
    if (script) {
      await code.getByRole("button", { name: "Copy" }).click();
      await code.getByRole("button", { name: "Copied" }).waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), address);
    }
    assert.deepEqual(page.trouble, []);
  });

  await check("a signed webhook wakes it, its page says why, and it is replayed", async () => {
    const page = await owner();
    await page.goto(at);
    assert.equal(await send(address, `${secret}x`, { id: "0", text: "Hello" }), 401);
    assert.equal(await send(address, secret, { id: "1", text: "Something <b>burns</b>" }), 200);
    await shows(page, "answered");
    await page.goto("/console/webhooks");
    await page.getByRole("row", { name: new RegExp(`Desk ${way}`) }).first().getByRole("link").first().click();
    await page.getByRole("heading", { name: "Webhook", exact: true }).waitFor();
    await page.getByText("it was signed with the secret").waitFor();
    await page.getByText("the agent answered in").waitFor();
    const here = page.url();
    await page.getByRole("link", { name: "Open the session" }).click();
    await shows(page, "The turn ended.");
    assert.ok((await page.locator("#transcript").innerText()).includes(SAID.slice(0, 12)));
    await page.goto(here);
    await page.getByRole("link", { name: "Replay" }).click();
    await page.getByText("What the agent did before is not undone.").waitFor();
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByText("this is the one that repeats it").waitFor();
    assert.equal(await page.locator(`a[href="${new URL(here).pathname}"]`).count(), 1);
    await shows(page, "the agent answered in");
    assert.deepEqual(page.trouble, []);
  });

  await check("while it is paused what comes is recorded and wakes nobody", async () => {
    const page = await owner();
    await page.goto(at);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused: nothing wakes the agent.").waitFor();
    assert.equal(await send(address, secret, { id: "2", text: "Anybody there?" }), 200);
    await page.goto("/console/webhooks");
    await page.getByLabel("Publication").selectOption({ label: `Desk ${way}` });
    await page.getByLabel("Outcome").selectOption("ignored");
    if (!script) await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL("**state=ignored*");
    await page.getByText("the publication was paused when it came").waitFor();
    assert.equal(await page.locator("#list tbody tr").count(), 1);
    await page.goto(at);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("Resumed.").waitFor();
  });

  await check("two administrators change it: the second is told, and then has it", async () => {
    const [first, second] = [await owner(), await owner()];
    for (const page of [first, second]) await page.goto(`${at}/edit`);
    await first.getByLabel("Triggers").fill('{ "where": [{ "pointer": "/text", "equals": ["go"] }] }');
    await first.getByRole("button", { name: "Save" }).click();
    await first.getByText("Saved.").waitFor();
    await second.getByLabel("Name").fill(`Desk of ${way}`);
    await second.getByRole("button", { name: "Save" }).click();
    await second.getByText("Somebody else changed this meanwhile.").waitFor();
    assert.match(await second.locator(".stale").innerText(), /equals/);
    await second.getByRole("button", { name: "Save" }).click();
    await second.getByText("Saved.").waitFor();
    await second.getByRole("heading", { name: `Desk of ${way}` }).waitFor();
  });

  await check("what cannot be is told at its field, and what was typed stays", async () => {
    const page = await owner();
    await page.goto("/console/publications/new?provider=webhook");
    await page.getByLabel("Name").fill("Broken");
    await page.getByLabel("Settings").fill('{ "verification": ');
    await page.getByLabel("Triggers").fill("[]");
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    assert.match(await page.locator("#f-settings-error").innerText(), /line 1/);
    assert.match(await page.locator("#f-triggers-error").innerText(), /JSON object/);
    assert.equal(await page.getByLabel("Settings").inputValue(), '{ "verification": ');
    const twisted = { verification: { ...SETTINGS.verification, signed: "{timestamp}" } };
    await page.getByLabel("Settings").fill(JSON.stringify(twisted));
    await page.getByLabel("Triggers").fill("{}");
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    assert.match(await page.locator("#f-settings-error").innerText(), /\/verification\/signed/);
  });

  await check("another secret is shown once, and both are good for a while", async () => {
    const page = await owner();
    await page.goto(at);
    await page.getByRole("button", { name: "Replace the secret" }).click();
    const next = await page.locator(".secret code").innerText();
    assert.notEqual(next, secret);
    assert.equal(await send(address, secret, { id: "3", text: "a" }), 200);
    assert.equal(await send(address, next, { id: "4", text: "b" }), 200);
    await page.getByRole("link", { name: "See the publication" }).click();
    await page.getByText("The secret before is good as well").waitFor();
  });

  await check("it is removed after a question, and its address is nobody's", async () => {
    const page = await owner();
    await page.goto(at);
    await page.getByRole("link", { name: /^Remove/ }).click();
    await page.getByText("This cannot be taken back.").waitFor();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("status").getByText("Removed.").waitFor();
    assert.equal(await send(address, secret, { id: "5", text: "c" }), 401);
    assert.equal((await page.goto(at)).status(), 404);
    await page.goto("/console/webhooks");
    await page.getByRole("row", { name: new RegExp(`Desk of ${way}`) }).first().getByRole("link").first().click();
    await page.getByRole("link", { name: "Replay" }).click();
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByRole("alert").getByText("There is no publication with this id.").waitFor();
  });

  await check("a member sees none of it", async () => {
    const made = await published(api, `Others ${way}`);
    const page = await member();
    for (const path of ["integrations", "webhooks", "publications", "publications/new", `publications/${made.id}`]) {
      assert.equal((await page.goto(`/console/${path}`)).status(), 404, path);
    }
  });
  lab.close();
}
