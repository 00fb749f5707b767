// Runs every file of this folder that exports a function, then `pages.mjs`.
// Usage: node run.mjs [NAME…], with KEYWAY_URL, KEYWAY_KEY, KEYWAY_SHOTS, KEYWAY_PROTECTED and KEYWAY_CONTROL.
import { readdir } from "node:fs/promises";
import { check as checkWithin, done, until } from "../node/checks.mjs";
import { api, assert, check, people } from "./harness.mjs";

const OWN = ["harness.mjs", "malicious.mjs", "model.mjs", "pages.mjs", "run.mjs", "signed.mjs"];
const wanted = process.argv.slice(2);
const folder = new URL("./", import.meta.url);
const all = (await readdir(folder)).filter((file) => file.endsWith(".mjs") && !OWN.includes(file)).sort();
const named = [...all, "pages.mjs"];
const files = named.filter((file) => wanted.length === 0 || wanted.includes(file.slice(0, -4)));
await checkWithin("every file that was asked for is there", () => {
  for (const name of wanted) assert.ok(named.includes(`${name}.mjs`), `there is no ${name}.mjs here`);
});

await until(async () => {
  const { servers } = await api("GET", "/v1/mcp-servers");
  return servers.every(({ state }) => state === "connected");
});
const { owner, member, memberProgram, memberToken, tidy, close } = await people();
for (const file of files) {
  const { default: run, bothWays = false } = await import(new URL(file, folder));
  for (const script of bothWays ? [true, false] : [true]) {
    const noun = file.slice(0, -4);
    const named = (what, test) => check(`${noun}${script ? "" : ", without script"}: ${what}`, test);
    const open = (who) => (how) => who({ script, ...how });
    const people = { owner: open(owner), member: open(member), memberProgram, memberToken };
    await run({ check: named, ...people, api, assert, script });
    await tidy();
  }
}
await close();
done();
