// A stock client that is given nothing but the URL finds its way in: metadata, registration, browser,
// token, calls. Usage: node sign_in.mjs sdk1|legacy|modern, with KEYWAY_URL.
import { auth as auth1, UnauthorizedError as Unauthorized1 } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Http1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  auth as auth2,
  Client as Client2,
  StreamableHTTPClientTransport as Http2,
  UnauthorizedError as Unauthorized2,
} from "@modelcontextprotocol/client";
import { callback } from "./callback.mjs";
import { assert, check as checkWithin, done } from "./checks.mjs";
import { allow, cancel } from "./person.mjs";
import { Provider } from "./provider.mjs";

// A browser starts for each decision.
const check = (what, test) => checkWithin(what, test, 120_000);
const kind = process.argv[2];
const url = process.env.KEYWAY_URL;
const INFO = { name: "keyway-e2e", version: "1.0.0" };
const first = kind === "sdk1";
const [auth, Unauthorized] = first ? [auth1, Unauthorized1] : [auth2, Unauthorized2];
const back = await callback();

const newcomer = () => new Provider(`The ${kind} client`, back.url);
const transport = (provider) => new (first ? Http1 : Http2)(new URL(url), { authProvider: provider });

function program() {
  if (first) return new Client1(INFO);
  const mode = kind === "modern" ? { pin: "2026-07-28" } : "legacy";
  return new Client2(INFO, { versionNegotiation: { mode } });
}

const call = (client, name) => client.callTool({ name, arguments: {} });
const names = async (client) => (await client.listTools()).tools.map((tool) => tool.name);

// The person decides; the answer that comes back is checked as a client has to.
async function decided(provider, how) {
  const arrival = back.arrived();
  await how(provider.asked.at(-1).href);
  const parameters = await arrival;
  assert.equal(parameters.get("state"), provider.expected);
  assert.equal(parameters.get("iss"), new URL(url).origin);
  return parameters;
}

const finish = (way, parameters) =>
  first ? way.finishAuth(parameters.get("code")) : way.finishAuth(parameters);

const provider = newcomer();
await check(`${kind}: only the URL is needed to sign in`, async () => {
  const way = transport(provider);
  await assert.rejects(program().connect(way), Unauthorized);
  assert.equal(provider.asked[0].searchParams.get("resource"), url);
  await finish(way, await decided(provider, allow));
  const client = program();
  await client.connect(transport(provider));
  assert.ok((await names(client)).includes("status"));
  assert.ok(!(await call(client, "status")).isError);
  await client.close();
});

await check(`${kind}: an access token that is no longer good is renewed without anybody noticing`, async () => {
  const before = provider.kept;
  provider.kept = { ...before, access_token: `${before.access_token.slice(0, -6)}000000` };
  const client = program();
  await client.connect(transport(provider));
  assert.ok(!(await call(client, "status")).isError);
  assert.notEqual(provider.kept.refresh_token, before.refresh_token);
  await client.close();
});

await check(`${kind}: a program that asks for little is asked for more when it needs it`, async () => {
  const modest = newcomer();
  assert.equal(await auth(modest, { serverUrl: url, scope: "mcp:resources" }), "REDIRECT");
  const code = (await decided(modest, allow)).get("code");
  const iss = new URL(url).origin;
  assert.equal(await auth(modest, { serverUrl: url, authorizationCode: code, iss }), "AUTHORIZED");
  // With a refresh token the 1.x SDK renews what it has instead of asking for more.
  if (first) delete modest.kept.refresh_token;
  const way = transport(modest);
  const client = program();
  await client.connect(way);
  assert.ok(!(await names(client)).includes("status"));
  await assert.rejects(call(client, "status"), Unauthorized);
  const scopes = modest.asked.at(-1).searchParams.get("scope").split(" ");
  assert.ok(scopes.includes("mcp:resources") && scopes.length > 1, scopes.join(" "));
  await finish(way, await decided(modest, allow));
  assert.ok(!(await call(client, "status")).isError);
  await client.close();
});

await check(`${kind}: a person who cancels sends the program back with access_denied`, async () => {
  const refused = newcomer();
  await assert.rejects(program().connect(transport(refused)), Unauthorized);
  const parameters = await decided(refused, cancel);
  assert.equal(parameters.get("error"), "access_denied");
  assert.equal(parameters.get("code"), null);
});

back.close();
done();
