// A service for each specification: it takes what the specification allows and says what was wrong with
// anything else. Arguments: `<app>=<file>`. GET /verdicts gives what was judged since the last time.
import { readFileSync } from "node:fs";
import http from "node:http";
import addFormats from "ajv-formats";
import { OpenAPIBackend } from "openapi-backend";
import { parse } from "yaml";

export function specification(file) {
  const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  return text.trimStart().startsWith("{") ? JSON.parse(text) : parse(text, { maxAliasCount: -1 });
}

// Formats are the service's own affair; `nullable` beside a `$ref` or without a type is common and means
// nothing to a validator.
function service(definition) {
  const judged = (kind) => (context) => ({
    kind,
    operation: context.operation && `${context.operation.method.toUpperCase()} ${context.operation.path}`,
    errors: context.validation?.errors ?? [],
  });
  return new OpenAPIBackend({
    definition,
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
    verdicts.push({ ...verdict, url: request.url, body: text, headers });
    answer(verdict.kind === "valid" ? 200 : 400, { ok: true });
  });
  server.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
}

await main();
