// Calls that wait for a decision: real clients of both eras wait while people decide.
import { connect } from "../node/connect.mjs";

export const bothWays = true;

const TOOL = "mcp__everything__get-env";
const headers = { authorization: `Bearer ${process.env.KEYWAY_KEY}` };

export default async function ({ check, owner, member, api, assert, script }) {
  const eras = script ? ["modern", "legacy"] : ["legacy"];
  const pending = async () => (await api("GET", "/v1/approvals?state=pending")).approvals;
  // A call, and the id it waits under.
  const asks = async (kind, marker) => {
    const { callTool } = await connect(kind, process.env.KEYWAY_URL, headers, { quiet: true });
    const before = new Set((await pending()).map(({ id }) => id));
    const answer = callTool({ name: TOOL, arguments: { marker } });
    answer.catch(() => {});
    for (;;) {
      const found = (await pending()).find(({ id }) => !before.has(id));
      if (found) return { id: found.id, answer, again: () => callTool({ name: TOOL, arguments: { marker } }) };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const said = (result) => result.content.map((block) => block.text ?? "").join("\n");

  for (const kind of eras) {
    await check(`${kind}: a call that waits goes on once it is approved`, async () => {
      const { id, answer } = await asks(kind, `approved ${kind} ${script}`);
      const page = await owner();
      await page.goto("/console/approvals");
      await page.getByRole("link", { name: TOOL }).first().waitFor();
      await page.goto(`/console/approvals/${id}`);
      await page.getByText(`approved ${kind} ${script}`).first().waitFor();
      await page.getByRole("button", { name: "Approve", exact: true }).click();
      await page.getByText("Approved. The call runs once.").waitFor();
      const result = await answer;
      assert.ok(!result.isError, said(result));
      assert.deepEqual(page.trouble, []);
    });
    await check(`${kind}: a call that waits is denied with a reason`, async () => {
      const { id, answer } = await asks(kind, `denied ${kind} ${script}`);
      const page = await owner();
      await page.goto(`/console/approvals/${id}`);
      await page.getByLabel("Reason").fill("not on a Friday");
      await page.getByRole("button", { name: "Deny", exact: true }).click();
      await page.getByText("Denied. Whoever asked is told.").waitFor();
      const result = await answer;
      assert.ok(result.isError && said(result).includes("not on a Friday"), said(result));
    });
  }

  await check("of two who decide the second is told who was first", async () => {
    const { id, answer } = await asks("legacy", `twice ${script}`);
    const [one, other] = [await owner(), await owner()];
    await one.goto(`/console/approvals/${id}`);
    // Without live updates this page stays as it was.
    const late = script ? await owner({ script: false }) : other;
    await late.goto(`/console/approvals/${id}`);
    await one.getByRole("button", { name: "Approve", exact: true }).click();
    await one.getByText("Approved. The call runs once.").waitFor();
    await late.getByRole("button", { name: "Deny", exact: true }).click();
    await late.getByText(/approved this already/i).waitFor();
    assert.ok(!(await answer).isError);
  });

  await check("members see nothing of what others ask for", async () => {
    const { id, answer } = await asks("legacy", `others ${script}`);
    const page = await member();
    await page.goto("/console/approvals");
    await page.getByText("Nothing waits for a decision.").waitFor();
    const hidden = await page.goto(`/console/approvals/${id}`);
    assert.equal(hidden.status(), 404);
    const decides = await owner();
    await decides.goto(`/console/approvals/${id}`);
    await decides.getByRole("button", { name: "Deny", exact: true }).click();
    assert.ok((await answer).isError);
  });

  if (!script) return;
  await check("the inbox follows what changes, and the keyboard leads through it", async () => {
    const page = await owner();
    await page.goto("/console/approvals");
    const { id, answer } = await asks("legacy", "keyboard");
    await page.locator(`a[data-row][href$="${id}"]`).waitFor();
    await page.locator("nav.side .count").waitFor();
    await page.keyboard.press("j");
    assert.equal(await page.evaluate(() => document.activeElement.hasAttribute("data-row")), true);
    await page.goto(`/console/approvals/${id}`);
    await page.keyboard.press("d");
    assert.equal(await page.evaluate(() => document.activeElement.name), "reason");
    await page.keyboard.press("Tab");
    await page.locator("body").click({ position: { x: 2, y: 2 } });
    await page.keyboard.press("a");
    await page.getByText("Approved. The call runs once.").waitFor();
    assert.ok(!(await answer).isError);
    await page.goto("/console/approvals?view=all");
    await page.getByText("made", { exact: true }).first().waitFor();
  });
  await check("the keyboard alone denies, with a reason that the client is told", async () => {
    const page = await owner();
    const { id, answer } = await asks("modern", "keyboard denies");
    await page.goto("/console/approvals");
    await page.locator(`a[data-row][href$="${id}"]`).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/console/approvals/${id}`);
    await page.keyboard.press("d");
    await page.keyboard.type("not by this road");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Denied. Whoever asked is told.").waitFor();
    const result = await answer;
    assert.ok(result.isError && said(result).includes("not by this road"), said(result));
  });
}
