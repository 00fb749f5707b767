// A person at a browser: opens the page it is given in a headless Chromium, presses "Allow" and
// waits until the browser is back at the program that asked. Speaks the DevTools protocol itself.
//
//   node consent.mjs URL

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [url] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'keyway-browser-'));
const browser = spawn(
  'chromium',
  [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    url,
  ],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
const deadline = setTimeout(() => end(1), 60_000);

function end(code) {
  clearTimeout(deadline);
  browser.once('exit', () => {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    process.exit(code);
  });
  browser.kill('SIGKILL');
}

const pause = (millis) => new Promise((done) => setTimeout(done, millis));

function listening() {
  return new Promise((found) => {
    let told = '';
    browser.stderr.on('data', (part) => {
      told += part;
      const match = told.match(/DevTools listening on ws:\/\/([^/\s]+)/);
      if (match) found(match[1]);
    });
  });
}

async function page(address) {
  for (;;) {
    const pages = await (await fetch(`http://${address}/json/list`)).json();
    const page = pages.find((one) => one.type === 'page' && one.url.startsWith('http'));
    if (page) return page.webSocketDebuggerUrl;
    await pause(50);
  }
}

const socket = new WebSocket(await page(await listening()));
await new Promise((opened) => socket.addEventListener('open', opened));
let last = 0;
const waiting = new Map();
socket.addEventListener('message', (event) => {
  const { id, result } = JSON.parse(event.data);
  waiting.get(id)?.(result);
});
function evaluate(expression) {
  last += 1;
  socket.send(JSON.stringify({ id: last, method: 'Runtime.evaluate', params: { expression } }));
  return new Promise((answered) => waiting.set(last, answered));
}

for (;;) {
  const clicked = await evaluate("document.querySelector('#allow')?.click() ?? 'none'");
  if (clicked?.result?.value !== 'none') break;
  await pause(50);
}
for (;;) {
  const here = await evaluate('location.pathname + " " + document.readyState');
  if (here?.result?.value === '/auth/mcp/callback complete') break;
  await pause(50);
}
end(0);
