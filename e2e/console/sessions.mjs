// Agents, and what is said to them.
import { SAID, model } from "./model.mjs";

export const bothWays = true;

export default async function ({ check, owner, member, assert, script }) {
  const lab = await model(Number(process.env.KEYWAY_MODEL_PORT));
  const say = async (page, text) => {
    await page.goto("/console/agents/helper");
    await page.getByLabel("Message").fill(text);
    await page.getByRole("button", { name: "Send" }).click();
    await page.waitForURL("**/console/sessions/sess_*");
  };
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
  await check("an agent is spoken to, and its transcript follows what it does", async () => {
    const page = await owner();
    lab.hold();
    await say(page, "What is the status?");
    await shows(page, "answered");
    const call = page.locator("#transcript details").first();
    const result = page.locator("#transcript details pre").last();
    assert.ok(!(await result.isVisible()), "results are folded");
    await call.locator("summary").click();
    await result.waitFor();
    assert.ok(await page.getByRole("button", { name: "Stop the agent" }).isVisible());
    lab.go();
    await shows(page, "The turn ended.");
    if (script) assert.ok(await result.isVisible(), "what was opened stays open");
    assert.ok((await page.locator("#transcript").innerText()).includes(SAID.slice(0, 12)));
    assert.equal(await page.locator("main script").count(), 0);
    assert.notEqual(await page.title(), "owned");
    assert.deepEqual(page.trouble, []);
  });
  await check("a turn is stopped, and the session goes on", async () => {
    const page = await owner();
    lab.hold();
    await say(page, "And the status now?");
    await shows(page, "answered");
    await page.getByRole("button", { name: "Stop the agent" }).click();
    await page.getByText("The agent was told to stop.").waitFor();
    await shows(page, "The turn was interrupted.");
    lab.go();
    await page.getByLabel("Message").fill("Then say something.");
    await page.getByRole("button", { name: "Send" }).click();
    await shows(page, "The turn ended.");
  });
  await check("a session is archived, and taken out again", async () => {
    const page = await owner();
    await say(page, "To be archived.");
    await shows(page, "The turn ended.");
    const archive = page.getByRole("button", { name: "Archive" });
    while (!(await archive.isVisible())) {
      await page.waitForTimeout(200);
      await page.goto(page.url().split("?")[0]);
    }
    await archive.click();
    await page.getByText("The session is archived.").waitFor();
    assert.equal(await page.getByLabel("Message").count(), 0);
    await page.getByRole("button", { name: "Take out of the archive" }).click();
    await page.getByLabel("Message").waitFor();
    assert.deepEqual(page.trouble, []);
  });
  await check("a message that says nothing is refused at its field", async () => {
    const page = await owner();
    await page.goto("/console/agents/helper");
    await page.getByLabel("Message").fill("   ");
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator("#f-message-error").waitFor();
  });
  await check("sessions are searched, and a member sees none of others", async () => {
    const page = await owner();
    await page.goto("/console/sessions");
    await page.getByLabel("Search how they began").fill("And the status now");
    if (!script) await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL("**/console/sessions?q=And*");
    await page.getByRole("link", { name: "And the status now?" }).first().waitFor();
    assert.equal(await page.getByRole("link", { name: "What is the status?" }).count(), 0);
    const href = await page.getByRole("link", { name: "And the status now?" }).first().getAttribute("href");
    const theirs = await member();
    const answer = await theirs.goto(href);
    assert.equal(answer.status(), 404);
  });
  await check("somebody signs another browser out", async () => {
    const page = await member();
    await page.goto("/console/me/sessions");
    await page.getByRole("heading", { name: "Signed in" }).waitFor();
    await page.getByRole("link", { name: "Sign out everywhere" }).click();
    await page.getByRole("heading", { name: "Sign out everywhere?" }).waitFor();
    await page.getByRole("link", { name: "Cancel" }).click();
    assert.match(page.url(), /me\/sessions/);
  });
  lab.close();
}
