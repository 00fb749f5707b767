// Credentials of services: set, replaced, renamed, chosen, revoked; never shown.
export const bothWays = true;

const CANARY = "canary-5ecret-91c2";

export default async function ({ check, owner, member, assert, script }) {
  const name = script ? "production" : "staging";
  const choose = async (page) => {
    if (script) return;
    // Without script a question is a page of its own.
    await page.waitForURL(/\/(default|revoke)$/);
  };
  await check("a service is found, and a key for it set", async () => {
    const page = await owner();
    await page.goto("/console/apps");
    await page.getByRole("link", { name: "Set: acme" }).click();
    await page.waitForURL("**/console/apps/of/acme");
    await page.getByLabel("Name").fill(name);
    await page.getByRole("button", { name: "Set it" }).click();
    // The browser asks for what has to be filled in before anything is sent.
    assert.match(page.url(), /of\/acme$/);
    await page.getByLabel("API key").fill(CANARY);
    await page.getByLabel("Region").fill("eu");
    await page.getByRole("button", { name: "Set it" }).click();
    await page.getByText("It is set, and sealed.").waitFor();
    assert.ok(!(await page.content()).includes(CANARY));
    await page.goto("/console/apps");
    await page.getByRole("link", { name, exact: true }).click();
  });
  await check("it is replaced and renamed, and another one made the default", async () => {
    const page = await owner();
    await page.goto("/console/apps");
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByLabel("API key").fill(`${CANARY}-2`);
    await page.getByRole("button", { name: "Replace it" }).click();
    await page.getByText("It was replaced.").waitFor();
    await page.getByLabel("Name").fill(`${name}-eu`);
    await page.getByRole("button", { name: "Rename it" }).click();
    await page.getByText("It has its new name.").waitFor();
    await page.goto("/console/apps/of/acme");
    await page.getByLabel("Name").fill(`${name}-us`);
    await page.getByLabel("API key").fill(CANARY);
    await page.getByRole("button", { name: "Set it" }).click();
    await page.getByRole("link", { name: "Make it the default" }).click();
    await choose(page);
    await page.getByRole("heading", { name: `Make ${name}-us the default?` }).waitFor();
    await page.getByRole("button", { name: "Make it the default" }).click();
    await page.getByText("It is the default now.").waitFor();
  });
  await check("what is revoked is asked about first, and gone then", async () => {
    const page = await owner();
    for (const one of [`${name}-us`, `${name}-eu`]) {
      await page.goto("/console/apps");
      await page.getByRole("link", { name: one, exact: true }).click();
      await page.getByRole("link", { name: "Revoke" }).click();
      await choose(page);
      await page.getByRole("heading", { name: `Revoke ${one}?` }).waitFor();
      await page.getByRole("button", { name: "Revoke it" }).click();
      await page.getByText("It was revoked").waitFor();
      assert.equal(await page.getByRole("link", { name: one, exact: true }).count(), 0);
    }
    assert.deepEqual(page.trouble, []);
  });
  await check("a member sets their own, and only their own", async () => {
    const page = await member();
    await page.goto("/console/apps/of/acme");
    assert.deepEqual(await page.getByLabel("Who uses it").locator("option").allInnerTexts(), ["Only you"]);
  });
}
