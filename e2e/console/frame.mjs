// What every page of the console has.
export const bothWays = true;

export default async function ({ check, owner, member, assert, script }) {
  await check("somebody who signs in is at the overview, and signs out from there", async () => {
    const page = await member();
    await page.goto("/");
    await page.waitForURL("**/console");
    assert.equal(await page.locator("h1").innerText(), "Overview");
    assert.equal(await page.getByRole("link", { name: "Overview" }).getAttribute("aria-current"), "page");
  });
  if (!script) return;
  await check("one can go straight to the content", async () => {
    const page = await owner();
    await page.goto("/console/tools");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  });
  await check("the keyboard searches, goes elsewhere and tells its letters", async () => {
    const page = await owner();
    await page.goto("/console/tools");
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.type), "search");
    await page.locator("h1").click();
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keyboard" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.waitForURL("**/console/connect");
  });
  await check("what is to be copied is copied", async () => {
    const page = await owner({ clipboard: true });
    await page.goto("/console/connect");
    const address = await page.locator("#address + * code, section:has(#address) code").first().innerText();
    await page.locator("section:has(#address)").getByRole("button", { name: "Copy" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), address);
  });
}
