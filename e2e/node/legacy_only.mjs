// A proxy that hides every revision after 2025-11-25 from its client, so that a server which
// speaks both eras is met as a legacy server. Usage: node legacy_only.mjs <url of the server>
// Prints the URL it listens on.
import http from "node:http";

const target = new URL(process.argv[2]);

const proxy = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (isModern(request.headers, body)) {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(refusal(body));
    return;
  }
  const headers = { ...request.headers, host: target.host };
  const onward = http.request(target, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  onward.end(body);
});

function isModern(headers, body) {
  return headers["mcp-protocol-version"] === "2026-07-28" || body.includes('"server/discover"');
}

// What a server of 2025 says to a method it does not know.
function refusal(body) {
  const id = JSON.parse(body.toString() || "{}").id ?? null;
  return JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } });
}

proxy.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${proxy.address().port}${target.pathname}`);
});
