// The overview follows what happens.
export default async function ({ check, owner, api, assert }) {
  await check("a call is counted without loading the page again", async () => {
    const page = await owner();
    await page.goto("/console");
    const calls = page.locator("section:has(#tile-calls) .tile-value");
    const before = Number((await calls.innerText()).replaceAll(/\D/g, ""));
    await api("POST", "/v1/actions/status", {});
    await page.waitForFunction(
      (known) => Number(document.querySelector("section:has(#tile-calls) .tile-value").textContent.replaceAll(/\D/g, "")) > known,
      before,
    );
  });
  await check("the last week is shown, too", async () => {
    const page = await owner();
    await page.goto("/console");
    await page.getByRole("link", { name: "7 days" }).click();
    await page.waitForURL("**/console?window=7d");
    assert.equal(await page.getByRole("link", { name: "7 days" }).getAttribute("aria-current"), "true");
  });
}
