// What the tests of the console share: people at browsers, and the API beside them.
import { mkdir } from "node:fs/promises";
import { launch } from "../node/browser.mjs";
import { assert, check as checkWithin } from "../node/checks.mjs";
import { signIn as enter } from "../node/provider.mjs";

const LIMIT_MS = 120_000;
export const PERSON = { email: "ada@example.com", password: "correct horse battery staple 42" };
const MEMBER = { name: "Bob", email: "bob@example.com", password: "quiet lantern over 9 harbours" };

export const url = new URL(process.env.KEYWAY_URL);
export const shots = process.env.KEYWAY_SHOTS ?? "target/console";

// Asks the HTTP API with the key of the first start.
export async function api(method, path, body) {
  const answer = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${process.env.KEYWAY_KEY}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text === "" ? null : JSON.parse(text);
}

export const check = (what, test) => checkWithin(what, test, LIMIT_MS);

async function signIn(browser, { email, password }) {
  const context = await browser.newContext({ baseURL: url.origin });
  const page = await context.newPage();
  await page.goto("/");
  await page.getByLabel("Email").first().fill(email);
  await page.getByLabel("Password", { exact: true }).first().fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/console");
  const state = await context.storageState();
  await context.close();
  return state;
}

async function join(browser) {
  const made = await api("POST", "/v1/invitations", { email: MEMBER.email, role: "member" });
  const context = await browser.newContext({ baseURL: url.origin });
  const page = await context.newPage();
  await page.goto(made.path);
  await page.getByLabel("Name").fill(MEMBER.name);
  await page.getByLabel("Password", { exact: true }).fill(MEMBER.password);
  await page.getByRole("button").last().click();
  await page.waitForURL((at) => !at.pathname.startsWith("/invitations/"));
  await context.close();
}

// The browser, and who is signed in with it.
export async function people() {
  await mkdir(shots, { recursive: true });
  const browser = await launch();
  await join(browser);
  const states = { owner: await signIn(browser, PERSON), member: await signIn(browser, MEMBER) };
  const contexts = [];
  const open = (who) => async ({ script = true, dark = false, narrow = false, clipboard = false } = {}) => {
    const context = await browser.newContext({
      baseURL: url.origin,
      storageState: states[who],
      javaScriptEnabled: script,
      colorScheme: dark ? "dark" : "light",
      reducedMotion: "reduce",
      viewport: narrow ? { width: 360, height: 740 } : { width: 1440, height: 900 },
      permissions: clipboard ? ["clipboard-read", "clipboard-write"] : [],
    });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    // A part of a page may be called what one of its fields is: meant is the field.
    const labelled = page.getByLabel.bind(page);
    page.getByLabel = (...label) => labelled(...label).and(page.locator("input, select, textarea"));
    // Nothing a page does may be against its own policy, or fail.
    page.trouble = [];
    page.on("pageerror", (error) => page.trouble.push(String(error)));
    page.on("console", (line) => {
      if (line.type() === "error" && !/status of 4\d\d/.test(line.text())) page.trouble.push(line.text());
    });
    page.on("dialog", (dialog) => {
      page.trouble.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    return page;
  };
  const tidy = async () => {
    for (const context of contexts.splice(0)) await context.close();
  };
  const member = open("member");
  // Signs the member's program in, once: few may register.
  const program = async () =>
    enter("The member's program", url.href, async (address) => {
      const page = await member();
      await page.goto(address);
      await page.getByRole("button", { name: "Allow", exact: true }).click();
      await page.waitForURL("**/callback?*");
    });
  let token;
  const memberToken = () => (token ??= program());
  return { owner: open("owner"), member, memberToken, tidy, close: () => browser.close() };
}

export { assert };
