// Calls every imported action with the least that its input asks for and with everything it names, and asks
// the mock whether the request was one of the specification's. Arguments: `<app>=<manifest>`.
// Environment: KEYWAY_URL (the gateway), KEYWAY_KEY, MOCK_URL.
import { readFileSync } from "node:fs";
import addFormats from "ajv-formats";
import Ajv2020 from "ajv/dist/2020.js";
import { sample } from "./samples.mjs";

const { KEYWAY_URL, KEYWAY_KEY, MOCK_URL } = process.env;
const gateway = new URL("/", KEYWAY_URL);
const NOTHING = { type: "object" };
const SHOWN = 12;

async function verdicts() {
  return (await fetch(new URL("/verdicts", MOCK_URL))).json();
}

// `GET /a/{id}` and `GET /a/{{ input.id }}` are the same to it.
function shape(method, path) {
  return `${method} ${path.replace(/\{\{.*?\}\}|\{.*?\}/g, "{}").replace(/\/[.;][^/{]*=?\{\}/g, "/{}")}`;
}

// An input of the schema; the least one where nothing else can be made up.
function inputs(schema) {
  const ajv = addFormats(new Ajv2020({ strict: false, logger: false }));
  const valid = ajv.compile(schema);
  const made = [false, true].map((full) => sample(schema, { full }));
  const texts = new Set();
  return made.filter((one) => valid(one) && !texts.has(JSON.stringify(one)) && texts.add(JSON.stringify(one)));
}

async function call(slug, input) {
  const response = await fetch(new URL(`/v1/actions/${encodeURIComponent(slug)}`, gateway), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${KEYWAY_KEY}` },
    body: JSON.stringify(input),
  });
  return { status: response.status, text: await response.text() };
}

async function judge(slug, action, input) {
  const answer = await call(slug, input);
  const [verdict, ...more] = await verdicts();
  if (!verdict) return `nothing was sent: ${answer.status} ${answer.text.slice(0, 300)}`;
  if (more.length > 0) return `${more.length + 1} requests were sent`;
  if (verdict.kind !== "valid") {
    return `${verdict.kind}: ${JSON.stringify(verdict.errors).slice(0, 300)} ${verdict.url} ${verdict.body.slice(0, 200)}`;
  }
  const [method, path] = verdict.operation.split(" ");
  const expected = shape(action.http.method ?? "GET", action.http.url);
  if (shape(method, path) !== expected) return `${verdict.operation} was called`;
  return answer.status === 200 ? undefined : `answered ${answer.status} ${answer.text.slice(0, 200)}`;
}

let bad = 0;
for (const argument of process.argv.slice(2)) {
  const [app, file] = argument.split("=");
  const { actions } = JSON.parse(readFileSync(file, "utf8"));
  await verdicts();
  const wrong = [];
  let requests = 0;
  let elsewhere = 0;
  for (const [slug, action] of Object.entries(actions)) {
    // An operation with a server of its own, which is not the mock.
    if (/^https?:/.test(action.http.url)) {
      elsewhere += 1;
      continue;
    }
    const all = inputs(action.input ?? NOTHING);
    if (all.length === 0) wrong.push(`${slug}: no input could be made up`);
    for (const input of all) {
      requests += 1;
      const problem = await judge(slug, action, input);
      if (problem) wrong.push(`${slug}: ${problem}`);
    }
  }
  const count = `${Object.keys(actions).length} actions, ${requests} requests, ${elsewhere} with another server`;
  console.log(`${wrong.length === 0 ? "ok" : "not ok"} - ${app}: every request is one of the specification's (${count})`);
  for (const line of wrong.slice(0, SHOWN)) console.log(`#   ${line}`);
  if (wrong.length > SHOWN) console.log(`#   and ${wrong.length - SHOWN} more`);
  bad += wrong.length;
}
process.exit(bad === 0 ? 0 : 1);
