// The clients under test behind one shape: `sdk1` is the 1.x SDK, `legacy` and `modern` are the 2.x
// client, which speaks both eras.
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Http1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import * as types from "@modelcontextprotocol/sdk/types.js";
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from "@modelcontextprotocol/client";

const INFO = { name: "keyway-e2e", version: "1.0.0" };
const CAPABILITIES = { capabilities: { elicitation: {}, sampling: {}, roots: {} } };

// With `quiet` nobody is there to be asked anything; with `opens` somebody opens pages, and nothing else.
export async function connect(kind, url, headers, { quiet = false, opens } = {}) {
  const changes = { tools: 0 };
  const told = () => {
    changes.tools += 1;
  };
  const options = { requestInit: { headers } };
  if (kind === "sdk1") {
    const client = new Client1(INFO, CAPABILITIES);
    client.setRequestHandler(types.ElicitRequestSchema, answer);
    client.setRequestHandler(types.CreateMessageRequestSchema, sample);
    client.setRequestHandler(types.ListRootsRequestSchema, roots);
    client.setNotificationHandler(types.ToolListChangedNotificationSchema, told);
    await client.connect(new Http1(new URL(url), options));
    return { client, changes, callTool: (params, more) => client.callTool(params, undefined, more) };
  }
  const mode = kind === "modern" ? { pin: "2026-07-28" } : "legacy";
  if (quiet || opens) {
    const capabilities = opens ? { elicitation: { url: {} } } : {};
    const client = new Client2(INFO, { capabilities, versionNegotiation: { mode } });
    if (opens) client.setRequestHandler("elicitation/create", ({ params }) => opens(params));
    await client.connect(new Http2(new URL(url), options));
    return { client, changes, callTool: (params, more) => client.callTool(params, more) };
  }
  const client = new Client2(INFO, { ...CAPABILITIES, versionNegotiation: { mode } });
  client.setRequestHandler("elicitation/create", answer);
  client.setRequestHandler("sampling/createMessage", sample);
  client.setRequestHandler("roots/list", roots);
  client.setNotificationHandler("notifications/tools/list_changed", told);
  await client.connect(new Http2(new URL(url), options));
  if (kind === "modern") await client.listen({ toolsListChanged: true });
  return { client, changes, callTool: (params, more) => client.callTool(params, more) };
}

// Fills in any form: the colour is blue, names are Ada, and so on by type.
function answer(request) {
  const properties = request.params.requestedSchema?.properties ?? {};
  const required = request.params.requestedSchema?.required ?? [];
  const content = {};
  for (const [name, schema] of Object.entries(properties)) {
    if (name === "colour") content[name] = "blue";
    else if (name === "name") content[name] = "Ada";
    else if (required.includes(name)) content[name] = schema.type === "boolean" ? true : schema.type === "string" ? "x" : 1;
  }
  return { action: "accept", content };
}

const sample = () => ({ role: "assistant", model: "none", content: { type: "text", text: "a sampled answer" } });
const roots = () => ({ roots: [{ uri: "file:///nowhere", name: "nowhere" }] });
