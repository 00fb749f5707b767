// API keys, OAuth clients and grants: secrets are shown once, and what ends, ends.
export const bothWays = true;

export default async function ({ check, owner, assert, script }) {
  const way = script ? "s" : "n";
  const works = async (key) => {
    const origin = new URL(process.env.KEYWAY_URL);
    const answer = await fetch(new URL("/v1/actions", origin), { headers: { authorization: `Bearer ${key}` } });
    return answer.status === 200;
  };

  await check("a key is made, used, renamed, replaced and revoked", async () => {
    const page = await owner();
    await page.goto("/console/api-keys/new");
    await page.getByLabel("Name").fill(`laptop-${way}`);
    await page.getByLabel("Ends").selectOption("30");
    await page.getByRole("button", { name: "Make the key" }).click();
    const key = await page.locator(".secret code").innerText();
    assert.ok(await works(key));
    await page.getByRole("link", { name: "See the key" }).click();
    assert.ok(!(await page.content()).includes(key));
    await page.getByLabel("Name").fill(`desk-${way}`);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The key has another name.").waitFor();
    await page.getByLabel("The old one works for").selectOption("0");
    await page.getByRole("button", { name: "Replace the key" }).click();
    const next = await page.locator(".secret code").innerText();
    assert.ok(await works(next));
    assert.ok(!(await works(key)));
    await page.getByRole("link", { name: "See the key" }).click();
    await page.getByRole("link", { name: /^Revoke/ }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("The key is revoked").waitFor();
    assert.ok(!(await works(next)));
  });

  await check("a key for nothing is refused at its field", async () => {
    const page = await owner();
    await page.goto("/console/api-keys/new");
    await page.getByLabel("Name").fill("nothing");
    await page.getByLabel("What it may use").selectOption("nothing");
    await page.getByRole("button", { name: "Make the key" }).click();
    assert.match(await page.locator("#f-reach-error").innerText(), /something that the key is for/);
    assert.equal(await page.getByLabel("Name").inputValue(), "nothing");
  });

  if (script) {
    await check("a secret is copied by its button", async () => {
      const page = await owner({ clipboard: true });
      await page.goto("/console/api-keys/new");
      await page.getByLabel("Name").fill("copied");
      await page.getByRole("button", { name: "Make the key" }).click();
      const key = await page.locator(".secret code").innerText();
      await page.locator(".secret").getByRole("button", { name: "Copy" }).click();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);
    });
  }

  await check("a client is made by hand, changed, kept out and deleted", async () => {
    const page = await owner();
    await page.goto("/console/clients/new");
    await page.getByLabel("Name").fill(`App ${way}`);
    await page.getByLabel("Redirect URIs").fill("https://app.example/callback");
    await page.getByRole("button", { name: "Make the client" }).click();
    const secret = await page.locator(".secret code").innerText();
    await page.getByRole("link", { name: "See the client" }).click();
    assert.ok(!(await page.content()).includes(secret));
    await page.getByLabel("Redirect URIs").fill("ftp://app.example");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("#f-redirectUris-error").waitFor();
    await page.getByLabel("Redirect URIs").fill("https://app.example/other");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The client is changed.").waitFor();
    await page.getByRole("link", { name: /^Disable/ }).click();
    await page.getByRole("button", { name: "Disable", exact: true }).click();
    await page.getByText("The client is kept out.").waitFor();
    await page.getByRole("button", { name: "Let in again" }).click();
    await page.getByText("The client is let in again").waitFor();
    await page.getByRole("link", { name: /^Delete/ }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("The client is deleted").waitFor();
  });
}
