// Every page that a link of the console leads to: no barriers, no trouble, pictures of each.
import { join } from "node:path";
import { barriers } from "../node/browser.mjs";
import { connect } from "../node/connect.mjs";
import { shots } from "./harness.mjs";
import { MARK } from "./malicious.mjs";
import { published, send } from "./signed.mjs";

const MOST = 120;

// The same page for another thing is looked at twice, and no more.
const pattern = (path) =>
  path
    .split("?")[0]
    .split("/")
    .map((part, at) => (at > 3 || /^[a-z]+_[0-9a-f-]{8,}|^\d+$|__|%/.test(part) ? "{}" : part))
    .join("/");

const inConsole = (href, origin) => {
  const at = new URL(href, origin);
  const ours = at.origin === origin && /^\/console(\/|$)/.test(at.pathname) && at.pathname !== "/console/events";
  // A tool is named in the query: names of servers may say anything.
  return ours ? at.pathname + (at.searchParams.has("name") ? at.search : "") : null;
};

// Paths of all pages, found by following links.
async function crawl(open) {
  const page = await open();
  const [waiting, seen, kinds] = [["/console"], new Set(["/console"]), new Map()];
  const pages = [];
  while (waiting.length > 0 && pages.length < MOST) {
    const path = waiting.shift();
    const answer = await page.goto(path);
    pages.push({ path, status: answer.status(), policy: answer.headers()["content-security-policy"] ?? "" });
    const origin = new URL(page.url()).origin;
    const links = await page.$$eval("a[href]", (all) => all.map((link) => link.href));
    for (const href of links) {
      const next = inConsole(href, origin);
      const kind = next && pattern(next);
      if (!next || seen.has(next) || (kinds.get(kind) ?? 0) >= 2) continue;
      seen.add(next);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      waiting.push(next);
    }
  }
  return { pages, trouble: page.trouble };
}

const fileOf = (path, how) => join(shots, `${path.slice(1).replaceAll("/", "-").replaceAll(/[^a-z0-9_-]/gi, "")}-${how}.png`);

// Notes what is a barrier in a page, and whether it is wider than the window.
async function look(page, path, all) {
  for (const line of await barriers(page)) all.push(`${path}: ${line}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) all.push(`${path}: is ${wide} px wider than the window`);
}

// One thing of each kind, so that there is a page of it.
async function seed(api) {
  await api("POST", "/v1/projects", { slug: "web", name: "Web <b>shop</b>" });
  await api("POST", "/v1/service-accounts", { name: "Nightly <i>robot</i>", role: "member" });
  await api("POST", "/v1/invitations", { email: "carol@example.com", role: "admin" });
  await api("POST", "/v1/api-keys", { name: "laptop" });
  const client = { name: "Desk", redirectUris: ["http://127.0.0.1:7777/callback"] };
  await api("POST", "/v1/oauth/clients", client);
  await api("POST", "/v1/connectors", { name: "Acme", url: "http://127.0.0.1:9/mcp" });
  await api("POST", "/v1/actions/status", {});
  const { id, url, secret } = await published(api, "Desk of <b>tickets</b>");
  await api("PATCH", `/v1/publications/${id}`, { paused: true });
  await send(url, secret, { id: "1", text: "Nobody hears this" });
}

const TOOL = "mcp__everything__get-env";

// A call that waits for a decision: the id it waits under.
async function park(api) {
  const headers = { authorization: `Bearer ${process.env.KEYWAY_KEY}` };
  const { callTool } = await connect("legacy", process.env.KEYWAY_URL, headers, { quiet: true });
  const marker = "To be paid <b>today</b>, ".repeat(20);
  callTool({ name: TOOL, arguments: { marker, amount: 12, to: ["Ada", "Grace"] } }).catch(() => {});
  for (;;) {
    const [found] = (await api("GET", "/v1/approvals?state=pending")).approvals;
    if (found) return found.id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// What no link leads to, and how it comes about.
const STATES = {
  approval: async (page, { approval }) => {
    await page.goto(`/console/approvals/${approval}`);
    await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
  },
  "connector-errors": async (page) => {
    await page.goto("/console/integrations/add");
    await page.locator("main form").first().evaluate((form) => { form.noValidate = true; });
    await page.locator("#f-name").fill("🙂");
    await page.locator("#f-url").fill("ftp://files.example/a-path-that-is-long-enough-to-be-cut-where-it-is-narrow");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.locator("#f-name-error").waitFor();
    await page.locator("#f-url-error").waitFor();
  },
  "key-errors": async (page) => {
    await page.goto("/console/me/access/new");
    await page.locator("main form").evaluate((form) => { form.noValidate = true; });
    await page.locator("#f-name").fill("laptop");
    await page.locator("#f-reach").selectOption("some");
    await page.getByRole("button", { name: "Make the key" }).click();
    await page.locator("#f-tools-error").waitFor();
  },
  "not-found": async (page) => {
    await page.goto("/console/people/nobody");
    await page.getByRole("heading", { name: "Nothing is here" }).waitFor();
  },
};

export default async function ({ check, owner, member, api, assert }) {
  await check("there is something to see", () => seed(api));
  let approval;
  await check("a call waits for a decision", async () => {
    approval = await park(api);
  });
  let found = { pages: [], trouble: [] };
  await check("every link leads to a page, and none breaks its own policy", async () => {
    found = await crawl(owner);
    const wrong = found.pages.filter(({ status }) => status !== 200);
    assert.deepEqual(wrong, []);
    assert.deepEqual(found.trouble, []);
    assert.ok(found.pages.length >= 5, `${found.pages.length} pages`);
    for (const { path, policy } of found.pages) {
      assert.match(policy, /script-src 'self';/, path);
      assert.ok(!policy.includes("unsafe"), path);
    }
  });
  await check("a member's links lead to pages, too", async () => {
    const theirs = await crawl(member);
    assert.deepEqual(theirs.pages.filter(({ status }) => status !== 200), []);
    assert.deepEqual(theirs.trouble, []);
  });
  for (const [name, how] of [
    ["light", {}],
    ["dark", { dark: true }],
    ["narrow-light", { narrow: true }],
    ["narrow-dark", { narrow: true, dark: true }],
  ]) {
    await check(`no page has barriers, ${name}`, async () => {
      const page = await owner(how);
      const all = [];
      for (const { path } of found.pages) {
        await page.goto(path);
        await look(page, path, all);
        assert.notEqual(await page.title(), MARK, path);
        await page.screenshot({ path: fileOf(path, name), fullPage: true });
      }
      for (const [state, come] of Object.entries(STATES)) {
        await come(page, { approval });
        await look(page, state, all);
        await page.screenshot({ path: join(shots, `state-${state}-${name}.png`), fullPage: true });
      }
      assert.deepEqual([...new Set(all)], []);
      assert.deepEqual(page.trouble, []);
    });
  }
  await check("every page is there without script", async () => {
    const page = await owner({ script: false });
    for (const { path } of found.pages) {
      const answer = await page.goto(path);
      assert.equal(answer.status(), 200, path);
      assert.equal(await page.locator("h1").count(), 1, path);
    }
  });
  await check("the menu of a narrow window opens without script", async () => {
    const page = await owner({ script: false, narrow: true });
    await page.goto("/console");
    const link = page.getByRole("link", { name: "How to connect" });
    assert.ok(!(await link.isVisible()));
    await page.locator("summary", { hasText: "Menu" }).click();
    await link.click();
    await page.waitForURL("**/console/connect");
  });
  await check("the call that waits is denied", async () => {
    const page = await owner();
    await page.goto(`/console/approvals/${approval}`);
    await page.getByRole("button", { name: "Deny", exact: true }).click();
    await page.getByText("Denied. Whoever asked is told.").waitFor();
  });
}
