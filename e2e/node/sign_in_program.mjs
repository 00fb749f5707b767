// Programs that sign in by themselves and print the page to open: mcp-remote, the Inspector's CLI, and
// the official conformance scenarios for authorization servers.
// Usage: node sign_in_program.mjs remote|inspector|conformance, with KEYWAY_URL and a HOME of its own.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { assert, check as checkWithin, done } from "./checks.mjs";
import { allow } from "./person.mjs";

// A browser starts for each decision.
const check = (what, test) => checkWithin(what, test, 120_000);
const kind = process.argv[2];
const url = process.env.KEYWAY_URL;

// A desktop on which opening a page does nothing: the page that is printed is opened by the person.
const desktop = `${process.env.HOME}/bin`;
mkdirSync(desktop, { recursive: true });
writeFileSync(`${desktop}/xdg-open`, "#!/bin/sh\n");
chmodSync(`${desktop}/xdg-open`, 0o755);

// Starts a program; whatever page it wants opened is opened once.
function start(arguments_) {
  const child = spawn(process.execPath, arguments_, {
    env: {
      ...process.env,
      PATH: `${desktop}:${process.env.PATH}`,
      MCP_AUTO_OPEN_ENABLED: "true",
      MCP_INSPECTOR_SECRET_STORE: "memory",
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const heard = { out: "", err: "" };
  let opened;
  const look = () => {
    const page = (heard.err + heard.out).match(/https?:\/\/\S+\/oauth\/authorize\?\S+/);
    if (page && !opened) opened = allow(page[0]);
  };
  child.stdout.on("data", (part) => ((heard.out += part), look()));
  child.stderr.on("data", (part) => ((heard.err += part), look()));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  return { child, heard, ended, page: () => opened };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const message = (id, method, params) => `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;

async function answer(program, id) {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    for (const line of program.heard.out.split("\n")) {
      if (!line.startsWith("{")) continue;
      const found = JSON.parse(line);
      if (found.id === id) return found;
    }
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`no answer to ${id}:\n${program.heard.err}`);
}

if (kind === "remote") {
  await check("mcp-remote: a local client reaches the gateway through it", async () => {
    const script = new URL("node_modules/mcp-remote/dist/proxy.js", import.meta.url).pathname;
    const program = start([script, url, "--allow-http", "--auth-timeout", "90"]);
    const clientInfo = { name: "host", version: "1" };
    program.child.stdin.write(
      message(1, "initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo }),
    );
    const hello = await answer(program, 1);
    assert.ok(hello.result, JSON.stringify(hello));
    await program.page();
    program.child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
    program.child.stdin.write(message(2, "tools/call", { name: "status", arguments: {} }));
    const status = await answer(program, 2);
    assert.ok(status.result && !status.result.isError, JSON.stringify(status));
    program.child.stdin.end();
    program.child.kill();
    await program.ended;
  });
} else if (kind === "inspector") {
  const cli = process.env.KEYWAY_INSPECTOR;
  assert.ok(existsSync(cli));
  for (const era of ["legacy", "modern"]) {
    await check(`inspector ${era}: signs in and lists the tools`, async () => {
      const program = start([
        cli, "--cli", "--transport", "http", "--server-url", url, "--protocol-era", era, "--relogin",
        "--method", "tools/list", "--connect-timeout", "0",
      ]);
      await program.ended;
      await program.page();
      assert.match(program.heard.out, /"status"/, program.heard.err);
    });
  }
} else {
  const issuer = new URL(url).origin;
  const script = new URL("node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url).pathname;
  for (const revision of ["2025-11-25", "2026-07-28"]) {
    await check(`conformance ${revision}: the authorization server`, async () => {
      const port = await freePort();
      const registered = await fetch(`${issuer}/oauth/register`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          client_name: "Conformance",
          redirect_uris: [`http://127.0.0.1:${port}/callback`],
          token_endpoint_auth_method: "none",
          application_type: "native",
        }),
      });
      assert.equal(registered.status, 201);
      const { client_id: client } = await registered.json();
      const program = start([
        script, "authorization", "--url", issuer, "--client-id", client, "--port", String(port),
        "--resource", url, "--spec-version", revision,
      ]);
      assert.equal(await program.ended, 0, program.heard.out + program.heard.err);
      await program.page();
      assert.doesNotMatch(program.heard.out, /skipped|warning/i, program.heard.out);
    });
  }
}

done();
