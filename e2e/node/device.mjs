// A terminal without a browser: it shows a code, a person types it into the page of a real browser and
// decides, and the terminal is told. And how the pages on the way look where there is little room and
// little light. Usage: node device.mjs, with KEYWAY_URL.
import { assert, check as checkWithin, done, until } from "./checks.mjs";
import { device, look, person } from "./person.mjs";

// A browser starts for each decision.
const check = (what, test) => checkWithin(what, test, 120_000);
const url = process.env.KEYWAY_URL;
const origin = new URL(url).origin;
const GRANT = "urn:ietf:params:oauth:grant-type:device_code";

async function post(path, body) {
  const answer = await fetch(`${origin}${path}`, { method: "POST", body });
  return { status: answer.status, body: await answer.json() };
}

async function register(client) {
  const answer = await fetch(`${origin}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      token_endpoint_auth_method: "none",
      application_type: "native",
      ...client,
    }),
  });
  assert.equal(answer.status, 201);
  return (await answer.json()).client_id;
}

const terminal = await register({
  client_name: "A terminal",
  grant_types: [GRANT, "refresh_token"],
});

async function start() {
  const form = new URLSearchParams({ client_id: terminal, scope: "mcp" });
  const { status, body } = await post("/oauth/device_authorization", form);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

// Asks as a terminal does, a little slower each time it is told to, until there is an answer.
async function answer(started) {
  const form = new URLSearchParams({
    client_id: terminal,
    grant_type: GRANT,
    device_code: started.device_code,
  });
  let seconds = started.interval ?? 5;
  let last;
  await until(async () => {
    last = await post("/oauth/token", form);
    const { error } = last.body;
    if (error === "slow_down") seconds += 5;
    const waits = error === "slow_down" || error === "authorization_pending";
    if (waits) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return !waits;
  });
  return last;
}

const initialize = (token) =>
  fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "keyway-e2e", version: "1.0.0" },
      },
    }),
  });

await check("device: the code is typed into the page, allowed, and the token works", async () => {
  const started = await start();
  assert.equal(await device(started.verification_uri, started.user_code, "Allow"), "Done");
  const { status, body } = await answer(started);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal((await initialize(body.access_token)).status, 200);
  assert.equal((await initialize(`${body.access_token}0`)).status, 401);
  const again = await answer(started);
  assert.equal(again.body.error, "invalid_grant");
});

await check("device: a link brings the code along, and a person who cancels lets nobody in", async () => {
  const started = await start();
  const link = started.verification_uri_complete;
  assert.equal(await device(link, started.user_code, "Cancel"), "Not allowed");
  const { status, body } = await answer(started);
  assert.deepEqual([status, body.error], [400, "access_denied"]);
});

await check("device: a code that no terminal has leads nowhere", async () => {
  const started = await start();
  await look(started.verification_uri, {}, async (page) => {
    await person.code(page, "BBBB-BBBB");
    await page.getByRole("alert").waitFor();
    assert.equal(await page.getByRole("button", { name: "Allow", exact: true }).count(), 0);
  });
});

const NARROW = { viewport: { width: 320, height: 640 }, colorScheme: "dark" };
const NAME = `Long${"winded".repeat(9)}`;

// Nothing sticks out of the page, and it is dark.
async function fits(page) {
  const [inside, wide, light] = await page.evaluate(() => {
    const parts = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
    const root = document.documentElement;
    return [root.clientWidth, root.scrollWidth, Math.max(...parts.slice(0, 3))];
  });
  assert.ok(wide <= inside, `${page.url()}: ${wide} wide where there is room for ${inside}`);
  assert.ok(light < 64, `${page.url()} is light: ${light}`);
}

async function consents(page) {
  await fits(page);
  await page.locator("details.reach summary").first().click();
  await page.locator("details.reach[open]").first().waitFor();
  await fits(page);
}

await check("consent: a narrow dark window needs no sideways scrolling, for a terminal", async () => {
  const wordy = await register({ client_name: NAME, grant_types: [GRANT] });
  const form = new URLSearchParams({ client_id: wordy, scope: "mcp" });
  const { body } = await post("/oauth/device_authorization", form);
  await look(body.verification_uri, NARROW, async (page) => {
    await fits(page);
    await person.signIn(page);
    await page.getByLabel("Code").waitFor();
    await fits(page);
    await person.code(page, body.user_code);
    await page.getByText(NAME).first().waitFor();
    await consents(page);
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByRole("heading", { name: "Not allowed" }).waitFor();
    await fits(page);
  });
});

await check("consent: a narrow dark window needs no sideways scrolling, for a program", async () => {
  const back = `https://${"long".repeat(12)}.${"host".repeat(12)}.example/callback`;
  const wordy = await register({
    client_name: NAME,
    redirect_uris: [back],
    application_type: "web",
  });
  const query = new URLSearchParams({
    client_id: wordy,
    redirect_uri: back,
    response_type: "code",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    state: "s",
    scope: "mcp approvals",
  });
  await look(`${origin}/oauth/authorize?${query}`, NARROW, async (page) => {
    await fits(page);
    await person.signIn(page);
    await page.getByRole("button", { name: "Allow", exact: true }).waitFor();
    await consents(page);
  });
});

done();
