// Seed 002 step by step: an administrator connects a remote MCP server, and everybody's agent has its tools.
import { createServer } from "node:http";
import { connect } from "../node/connect.mjs";
import { MARK } from "./malicious.mjs";

export const bothWays = true;

const TOKEN = "canary-of-the-console";
const NEXT = "another-canary-of-the-console";
const { KEYWAY_URL: gateway, KEYWAY_KEY: key } = process.env;
const script = `<script>document.title="${MARK}"</script><img src=x onerror="document.title='${MARK}'">`;

// A small MCP server behind HTTP that wants a token and says what attacks whoever shows it.
async function remote() {
  const wants = { header: "authorization", token: TOKEN };
  const results = {
    initialize: {
      protocolVersion: "2025-11-25",
      capabilities: { tools: {} },
      serverInfo: { name: `Acme ${script}`, version: `1 ${script}` },
    },
    "tools/list": {
      tools: ["search", "refund"].map((name) => ({ name, description: script, inputSchema: { type: "object" } })),
    },
    "tools/call": { content: [{ type: "text", text: "found" }] },
    ping: {},
  };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    if (request.headers[wants.header] !== wants.token) return response.writeHead(401).end();
    if (request.method !== "POST") return response.writeHead(405).end();
    const { id, method } = JSON.parse(text);
    if (id === undefined) return response.writeHead(202).end();
    const known = results[method];
    const body = known ? { result: known } : { error: { code: -32601, message: "no" } };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...body }));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/mcp`, wants, close: () => server.close() };
}

export default async function ({ check, owner, member, memberToken, api, assert, script: scripted }) {
  const acme = await remote();
  const name = scripted ? "Acme MCP" : "Acme MCP Plain";
  const slug = scripted ? "acme-mcp" : "acme-mcp-plain";
  const tool = `mcp__${slug}__search`;
  const until = async (what, holds) => {
    for (let left = 200; !(await holds()); left -= 1) {
      assert.ok(left > 0, what);
      await new Promise((ready) => setTimeout(ready, 100));
    }
  };
  // Programs that are there before the server is: the owner's, which hears of changes, and a member's.
  const programs = [
    await connect("modern", gateway, { authorization: `Bearer ${key}` }),
    await connect("legacy", gateway, { authorization: `Bearer ${await memberToken()}` }),
  ];
  const lists = async ({ client }) => (await client.listTools()).tools.some(({ name }) => name === tool);
  const finds = async ({ callTool }) => {
    // A token that is refused is an error of the protocol.
    const { isError, content } = await callTool({ name: tool, arguments: {} }).catch(() => ({ isError: true }));
    return !isError && content[0].text === "found";
  };

  await check("a member finds no Integrations page", async () => {
    const page = await member();
    const answer = await page.goto("/console/integrations");
    assert.equal(answer.status(), 404);
    await page.goto("/console");
    assert.equal(await page.getByRole("link", { name: "Integrations" }).count(), 0);
  });

  await check("a server is connected step by step", async () => {
    const page = await owner();
    await page.goto("/console");
    // 1. Open the Integrations page.
    await page.getByRole("link", { name: "Integrations", exact: true }).click();
    await page.getByRole("heading", { name: "Integrations", level: 1 }).waitFor();
    // 2. Under Custom Connectors, click Add custom connector.
    await page.getByRole("heading", { name: "Custom Connectors" }).waitFor();
    await page.getByRole("link", { name: "Add custom connector" }).click();
    // 3. Name and Remote MCP server URL.
    await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await page.getByRole("textbox", { name: "Remote MCP server URL" }).fill(acme.url);
    assert.ok(!(await page.getByLabel("Access token").isVisible()), "closed at first");
    // 4. Advanced settings: the access token.
    await page.getByText("Advanced settings").click();
    assert.equal(await page.getByLabel("Auth header name").getAttribute("placeholder"), "Authorization");
    await page.getByLabel("Access token").first().fill("wrong");
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.getByText("The server refused the access token.").waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Name", exact: true }).inputValue(), name);
    if (!(await page.getByLabel("Access token").first().isVisible())) await page.getByText("Advanced settings").click();
    assert.equal(await page.getByLabel("Access token").first().inputValue(), "");
    await page.getByLabel("Access token").first().fill(TOKEN);
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.getByText("It is an MCP server with 2 tools.").waitFor();
    assert.notEqual(await page.title(), MARK);
    if (!(await page.getByLabel("Access token").first().isVisible())) await page.getByText("Advanced settings").click();
    await page.getByLabel("Access token").first().fill(TOKEN);
    // 5. Add.
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.waitForURL("**/console/integrations?done=connector-added");
    await page.getByText(`mcp__${slug}`, { exact: true }).waitFor();
    assert.deepEqual(page.trouble, []);
  });

  await check("every agent has its tools, and open ones are told", async () => {
    for (const program of programs) {
      await until("a program is told", () => program.changes.tools > 0);
      await until("its tools are listed", () => lists(program));
      assert.ok(await finds(program));
    }
    const page = await member();
    await page.goto(`/console/tools/${tool}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.notEqual(await page.title(), MARK);
  });

  await check("its page tells how it is, and nothing it says is anything but text", async () => {
    const page = await owner();
    for (let left = 100; ; left -= 1) {
      const { status } = await api("GET", `/v1/connectors/${slug}`);
      if (status?.state === "connected") break;
      assert.ok(left > 0, JSON.stringify(status));
      await new Promise((wait) => setTimeout(wait, 100));
    }
    await page.goto(`/console/connectors/${slug}`);
    await page.getByText("connected", { exact: true }).first().waitFor();
    await page.getByText("2025-11-25").waitFor();
    assert.notEqual(await page.title(), MARK);
    assert.ok(!(await page.content()).includes(TOKEN));
    assert.deepEqual(page.trouble, []);
  });

  await check("another header takes the token, and another token takes its place", async () => {
    const page = await owner();
    await page.goto(`/console/connectors/${slug}/edit`);
    if (!(await page.locator("#f-header").isVisible())) await page.getByText("Advanced settings").click();
    acme.wants.header = "x-api-key";
    await page.getByLabel("Auth header name").fill("X-Api-Key");
    await page.getByRole("button", { name: "Save" }).click();
    // What was stored for one header is not sent in another.
    await page.locator("#f-token-error").waitFor();
    await page.getByLabel("Access token").first().fill(TOKEN);
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(`**/console/connectors/${slug}?done=connector-saved`);
    await page.getByText("X-Api-Key").first().waitFor();
    await until("the token goes into the other header", () => finds(programs[0]));
    acme.wants.token = NEXT;
    await until("the old token is refused", async () => !(await finds(programs[0])));
    await page.getByLabel("New access token").fill(NEXT);
    await page.getByRole("button", { name: "Replace", exact: true }).click();
    await page.waitForURL(`**/console/connectors/${slug}?done=connector-rotated`);
    for (const program of programs) await until("the new token is used", () => finds(program));
    assert.ok(!(await page.content()).includes(NEXT));
    assert.deepEqual(page.trouble, []);
  });

  await check("what is wrong stands at its field", async () => {
    const page = await owner();
    await page.goto("/console/integrations/add");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await page.getByRole("textbox", { name: "Remote MCP server URL" }).fill("https://example.com/?token=secret");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    assert.match(await page.locator("#f-url-error").innerText(), /Access token under Advanced settings/);
    await page.getByRole("textbox", { name: "Remote MCP server URL" }).fill(acme.url);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    assert.match(await page.locator("#f-name-error").innerText(), /another connector/);
    assert.equal(await page.locator("#f-name").getAttribute("aria-invalid"), "true");
  });

  await check("of two administrators the second one is told what changed", async () => {
    const [one, other] = [await owner(), await owner()];
    await one.goto(`/console/connectors/${slug}/edit`);
    await other.goto(`/console/connectors/${slug}/edit`);
    await one.getByRole("textbox", { name: "Name", exact: true }).fill(`${name} of Ada`);
    await one.getByRole("button", { name: "Save" }).click();
    await one.waitForURL(`**/console/connectors/${slug}?done=connector-saved`);
    await other.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await other.getByRole("button", { name: "Save" }).click();
    await other.getByText("Somebody else changed this meanwhile.").waitFor();
    await other.getByText(`${name} of Ada`, { exact: true }).waitFor();
    await other.getByRole("button", { name: "Save" }).click();
    await other.waitForURL(`**/console/connectors/${slug}?done=connector-saved`);
  });

  await check("it is switched off and on", async () => {
    const page = await owner();
    await page.goto(`/console/connectors/${slug}`);
    await page.getByRole("button", { name: "Switch off" }).click();
    await page.getByText("switched off", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Switch on" }).click();
    await page.getByRole("button", { name: "Reconnect" }).waitFor();
  });

  await check("servers of the configuration stand beside, read-only with their source", async () => {
    const page = await owner();
    await page.goto("/console/integrations");
    await page.getByRole("heading", { name: "Servers of the configuration" }).waitFor();
    await page.getByRole("button", { name: "Reconnect everything" }).waitFor();
  });

  await check("it is removed once that was confirmed", async () => {
    const page = await owner();
    await page.goto(`/console/connectors/${slug}`);
    await page.getByRole("link", { name: /^Remove/ }).click();
    const asked = scripted ? page.getByRole("dialog") : page.locator("main");
    await asked.getByRole("button", { name: "Remove", exact: true }).click();
    await page.waitForURL("**/console/integrations?done=connector-removed");
    assert.equal(await page.getByText(`mcp__${slug}`, { exact: true }).count(), 0);
    for (const program of programs) await until("its tools are gone", async () => !(await lists(program)));
  });
  for (const { client } of programs) await client.close();
  // One stays, with a name that attacks, for whoever looks at every page.
  if (!scripted) await api("POST", "/v1/connectors", { name: `Left ${script.slice(0, 60)}`, url: acme.url });
  acme.close();
}
