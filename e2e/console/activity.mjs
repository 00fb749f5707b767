// What happened: found, told as a whole, and taken away.
import { readFile } from "node:fs/promises";

export const bothWays = true;

export default async function ({ check, owner, api, assert, script }) {
  await api("POST", "/v1/actions/status", {});
  await check("a call is found by its tool, and its whole story told", async () => {
    const page = await owner();
    await page.goto("/console/activity");
    await page.getByLabel("Tool").fill("status");
    if (!script) await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL("**/console/activity?*tool=status*");
    await page.locator("#list").getByRole("link", { name: "Tool called" }).first().click();
    await page.getByRole("heading", { name: "The whole story" }).waitFor();
    await page.getByRole("heading", { name: "What let it through" }).waitFor();
    assert.ok(await page.getByText("allowed", { exact: true }).isVisible());
  });
  await check("what is not understood is told at its field", async () => {
    const page = await owner();
    await page.goto("/console/activity?since=nonsense&tool=kept");
    await page.locator("#f-since-error").waitFor();
    assert.equal(await page.getByLabel("Tool").inputValue(), "kept");
    await page.goto("/console/activity?tool=there-is-none");
    await page.getByText("Nothing like this happened.").waitFor();
  });
  await check("the log says how it stands, and is exported", async () => {
    const page = await owner();
    await page.goto("/console/activity/log");
    await page.getByText("as it was written", { exact: true }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export the log" }).click(),
    ]);
    const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
    assert.equal(JSON.parse(lines[0]).seq, 1);
    assert.ok(lines.length > 3, `${lines.length} lines`);
  });
  if (script) {
    await check("what happens appears without loading the page again", async () => {
      const page = await owner();
      await page.goto("/console/activity");
      const first = () => page.locator("#list tbody tr:first-child a").first().getAttribute("href");
      const before = await first();
      await api("POST", "/v1/actions/status", {});
      await page.waitForFunction(
        (known) => document.querySelector("#list tbody tr:first-child a")?.getAttribute("href") !== known,
        before,
      );
    });
  }
}
