// A service for each specification: it takes what the specification allows and says what was wrong with
// anything else. Arguments: `<app>=<file>`. GET /verdicts gives what was judged since the last time.
import { readFileSync } from "node:fs";
import http from "node:http";
import addFormats from "ajv-formats";
import { OpenAPIBackend } from "openapi-backend";
import { parse } from "yaml";
import { pointed, sample } from "./samples.mjs";

export function specification(file) {
  const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  return text.trimStart().startsWith("{") ? JSON.parse(text) : parse(text, { maxAliasCount: -1 });
}

// The specification as the validator can judge by it: it has to have a name for each operation, knows no
// `nullable` without a type, and takes every text apart whose style says `explode: false`. It reads texts
// as numbers where that fits, so that of several schemas more than one may.
function judgeable(definition) {
  for (const [path, item] of Object.entries(definition.paths)) {
    for (const method of ["get", "head", "post", "put", "patch", "delete"]) {
      if (item[method]) item[method].operationId = `${method} ${path}`;
    }
  }
  simplify(definition);
  return definition;
}

function simplify(node) {
  if (typeof node !== "object" || node === null) return;
  if (node.nullable && !node.type) delete node.nullable;
  const isParameter = typeof node.in === "string" && typeof node.name === "string" && node.schema;
  if (isParameter && node.schema.type !== "array") {
    delete node.style;
    delete node.explode;
  }
  if (Array.isArray(node.oneOf) && !node.anyOf) {
    node.anyOf = node.oneOf;
    delete node.oneOf;
  }
  for (const value of Object.values(node)) simplify(value);
}

function service(definition) {
  const judged = (kind) => (context) => ({
    kind,
    operation: context.operation && `${context.operation.method.toUpperCase()} ${context.operation.path}`,
    errors: context.validation?.errors ?? [],
    answer: context.operation && answered(context.operation, definition),
  });
  return new OpenAPIBackend({
    definition: judgeable(definition),
    quick: true,
    validate: true,
    ajvOpts: { strict: false, coerceTypes: true, allErrors: false, logger: false },
    customizeAjv: (ajv) => addFormats(ajv),
    handlers: {
      notFound: judged("not found"),
      methodNotAllowed: judged("method not allowed"),
      validationFail: judged("invalid"),
      notImplemented: judged("valid"),
    },
  });
}

// What the specification says the service answers, made up.
function answered(operation, definition) {
  const found = Object.entries(operation.responses ?? {}).find(([status]) => status.startsWith("2"));
  const response = followed(found?.[1], definition);
  const [, media] = Object.entries(response?.content ?? {}).find(([type]) => /json|\*/.test(type)) ?? [];
  if (!media?.schema) return { ok: true };
  return sample(media.schema, { full: false, root: definition });
}

function followed(node, definition) {
  let at = node;
  while (at?.$ref) at = pointed(definition, at.$ref);
  return at;
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function main() {
  const services = new Map();
  for (const argument of process.argv.slice(2)) {
    const [app, file] = argument.split("=");
    services.set(app, service(specification(file)));
  }
  await Promise.all([...services.values()].map((one) => one.init()));
  let verdicts = [];
  const server = http.createServer(async (request, response) => {
    const answer = (status, value) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(request.method === "HEAD" ? undefined : JSON.stringify(value));
    };
    if (request.url === "/verdicts") {
      answer(200, verdicts);
      verdicts = [];
      return;
    }
    const [, app, path] = /^\/([^/]+)(\/.*)$/.exec(request.url) ?? [];
    const headers = { ...request.headers };
    const text = await body(request);
    let verdict;
    try {
      verdict = await services.get(app).handleRequest({
        method: request.method,
        path: path.split("?")[0],
        query: path.split("?")[1] ?? "",
        body: text === "" ? undefined : text,
        headers,
      });
    } catch (error) {
      verdict = { kind: "broken", errors: [String(error?.message ?? error)] };
    }
    verdicts.push({ ...verdict, answer: undefined, url: request.url, body: text, headers });
    answer(verdict.kind === "valid" ? 200 : 400, verdict.answer ?? {});
  });
  server.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
}

await main();
