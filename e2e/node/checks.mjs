// Runs checks one after the other and prints a TAP line for each.
import assert from "node:assert/strict";

const LIMIT_MS = 30_000;
let failed = 0;

export async function check(what, test, limit = LIMIT_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit} ms`)), limit);
  });
  try {
    await Promise.race([test(), late]);
    console.log(`ok - ${what}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${what}`);
    console.log(String(error?.stack ?? error).replace(/^/gm, "#   "));
  } finally {
    clearTimeout(timer);
  }
}

// Asks again until the condition holds.
export async function until(condition) {
  for (;;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function done() {
  process.exit(failed === 0 ? 0 : 1);
}

export { assert };
