// My access: one's own keys are made, seen once and revoked; applications are ended; what is refused is told.
export const bothWays = true;

const HERE = "/console/me/access";
const { KEYWAY_URL: gateway } = process.env;

export default async function ({ check, owner, member, memberProgram, api, assert, script }) {
  const way = script ? "s" : "n";
  const lets = async (token) => {
    const answer = await fetch(gateway, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
    });
    await answer.body?.cancel();
    return answer.status !== 401;
  };
  const rowOf = (page, name) => page.getByRole("row").filter({ hasText: name });

  await check("a key of one's own is made, shown once, and revoked", async () => {
    const page = await member();
    await page.goto("/console");
    await page.getByRole("link", { name: "My access" }).click();
    await page.getByRole("link", { name: "New API key" }).click();
    await page.locator("#f-name").fill(`phone-${way}`);
    await page.locator("#f-life").selectOption("7");
    await page.getByRole("button", { name: "Make the key" }).click();
    const key = await page.locator(".secret code").innerText();
    assert.ok(await lets(key));
    await page.getByRole("link", { name: "See the key" }).click();
    await page.waitForURL(`**${HERE}`);
    const row = rowOf(page, `phone-${way}`);
    await row.getByText("works", { exact: true }).waitFor();
    assert.ok(!(await page.content()).includes(key), "it is shown once");
    // Who thinks again has changed nothing.
    await row.getByRole("link", { name: /^Revoke/ }).click();
    await page.getByRole("heading", { name: `Revoke the key “phone-${way}”?` }).waitFor();
    await page.getByRole("link", { name: "Cancel" }).click();
    await row.getByText("works", { exact: true }).waitFor();
    assert.ok(await lets(key));
    await row.getByRole("link", { name: /^Revoke/ }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("The key is revoked: it does not work any more.").waitFor();
    await row.getByText("revoked", { exact: true }).waitFor();
    assert.equal(await row.getByRole("link", { name: /^Revoke/ }).count(), 0);
    assert.ok(!(await lets(key)));
    assert.deepEqual(page.trouble, []);
  });

  const wrong = async (field, told, fill) => {
    const page = await member();
    await page.goto(`${HERE}/new`);
    await page.locator("main form").evaluate((form) => { form.noValidate = true; });
    await page.locator("#f-name").fill("typed");
    await fill(page);
    await page.getByRole("button", { name: "Make the key" }).click();
    assert.match(await page.locator(`#f-${field}-error`).innerText(), told);
    assert.equal(await page.locator(`#f-${field}`).getAttribute("aria-invalid"), "true");
    assert.equal(await page.locator(".secret").count(), 0);
    return page;
  };

  await check("what is wrong with a key is told at its field, and what was typed stays", async () => {
    const kept = async (page) => assert.equal(await page.locator("#f-name").inputValue(), "typed");
    await wrong("name", /Expected/, (page) => page.locator("#f-name").fill(" "));
    await kept(await wrong("reach", /something that the key is for/, (page) => page.locator("#f-reach").selectOption("nothing")));
    await kept(await wrong("tools", /at least one tool/, (page) => page.locator("#f-reach").selectOption("some")));
    const odd = await wrong("tools", /names of tools/, async (page) => {
      await page.locator("#f-reach").selectOption("some");
      await page.locator("#f-tools").fill("no!tool");
    });
    assert.equal(await odd.locator("#f-tools").inputValue(), "no!tool");
    // One that the page does not offer.
    await kept(await wrong("life", /one of the list/, (page) =>
      page.locator("#f-life").evaluate((life) => {
        life.options[0].value = "31";
        life.selectedIndex = 0;
      }),
    ));
  });

  await check("a member's key administers nothing", async () => {
    const page = await member();
    await page.goto(`${HERE}/new`);
    await page.locator("#f-name").fill("grand");
    await page.locator("#f-admin").check();
    await page.getByRole("button", { name: "Make the key" }).click();
    await page.locator("main form").getByRole("alert").waitFor();
    assert.equal(await page.locator("#f-name").inputValue(), "grand");
    assert.equal(await page.locator("#f-admin").isChecked(), true);
    await page.goto(HERE);
    assert.equal(await rowOf(page, "grand").count(), 0);
  });

  await check("an application is ended, and its token with it", async () => {
    const name = `Notebook ${way}`;
    const token = await memberProgram(name);
    assert.ok(await lets(token));
    const page = await member();
    await page.goto(HERE);
    const row = rowOf(page, name);
    await row.getByRole("link", { name: new RegExp(`: ${name}$`) }).click();
    await page.getByRole("heading", { name: new RegExp(name) }).waitFor();
    await page.locator("[data-confirmation] button[type=submit]").click();
    await page.waitForURL(`**${HERE}?done=grant-revoked`);
    await page.getByRole("status").waitFor();
    assert.equal(await row.getByRole("link").count(), 0);
    assert.ok(!(await lets(token)));
    // Their pages show the owner none of it.
    const other = await owner();
    await other.goto(HERE);
    assert.equal(await rowOf(other, name).count(), 0);
    assert.equal(await rowOf(other, `phone-${way}`).count(), 0);
  });

  await check("what is somebody else's, or is not there, is not there", async () => {
    const { id } = await api("POST", "/v1/api-keys", { name: `not-bobs-${way}` });
    const page = await member();
    for (const path of [`keys/${id}/revoke`, "keys/nothing/revoke", "grants/nothing/revoke", "nothing"]) {
      const answer = await page.goto(`${HERE}/${path}`);
      assert.equal(answer.status(), 404, path);
      await page.getByRole("heading", { name: "Nothing is here" }).waitFor();
    }
    await page.getByRole("link", { name: "Go to My access" }).click();
    await page.waitForURL(`**${HERE}`);
    await page.getByRole("heading", { name: "My access" }).waitFor();
  });
}
