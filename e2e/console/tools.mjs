// Finding tools, and trying them.
import { MARK } from "./malicious.mjs";

export const bothWays = true;

export default async function ({ check, owner, assert, script }) {
  await check("a list is searched", async () => {
    const page = await owner();
    await page.goto("/console/tools");
    await page.getByLabel("Search tools").fill("echo");
    if (!script) await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL("**/console/tools?q=echo*");
    await page.getByRole("link", { name: "mcp__everything__echo" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "mcp__everything__get-sum" }).count(), 0);
    await page.getByLabel("Search tools").fill("there is no such tool");
    if (!script) await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("No tool is like that.").waitFor();
  });
  await check("a tool is called with a form made of its schema", async () => {
    const page = await owner();
    await page.goto("/console/tools/mcp__everything__echo");
    await page.getByLabel("message").fill("hello from the console");
    await page.getByRole("button", { name: /^Call it/ }).click();
    if (await page.getByRole("heading", { name: /^Call mcp__everything__echo/ }).count()) {
      await page.getByRole("button", { name: "Call it", exact: true }).click();
    }
    await page.getByText("hello from the console").first().waitFor();
    assert.ok(await page.getByRole("heading", { name: "It answered" }).isVisible());
  });
  await check("what is not a number is told at its field, and what was typed stays", async () => {
    const page = await owner();
    await page.goto("/console/tools/mcp__everything__get-sum");
    await page.locator("#f-arg-0").fill("many");
    await page.locator("#f-arg-1").fill("2");
    await page.getByRole("button", { name: /^Call it/ }).click();
    assert.match(await page.locator("#f-arg-0-error").innerText(), /number/);
    assert.equal(await page.locator("#f-arg-0").inputValue(), "many");
    assert.equal(await page.locator("#f-arg-0").getAttribute("aria-invalid"), "true");
  });
  await check("what may destroy something is asked about first", async () => {
    const page = await owner();
    await page.goto("/console/tools/mcp__evil__fail");
    await page.getByRole("button", { name: "Call it…" }).click();
    await page.getByRole("heading", { name: "Call mcp__evil__fail?" }).waitFor();
    await page.getByRole("button", { name: "Call it", exact: true }).click();
    await page.getByRole("heading", { name: "It did not work" }).waitFor();
  });
  await check("nothing a server says is anything but text", async () => {
    const page = await owner();
    await page.goto("/console/tools/mcp__evil__attack");
    await page.getByRole("button", { name: /^Call it/ }).click();
    await page.getByRole("heading", { name: "It answered" }).waitFor();
    assert.notEqual(await page.title(), MARK);
    assert.equal(await page.locator("main script, main img, main a[href^=javascript], main svg:not(.plot):not(.meter)").count(), 0);
    assert.deepEqual(page.trouble, []);
    await page.goto("/console/tools/mcp__evil__flood");
    await page.getByRole("button", { name: /^Call it/ }).click();
    await page.getByText("The rest is too long to be shown here.").waitFor();
  });
}
