// A person at a browser of their own: sets the gateway up, signs in, and decides what clients may do.
// Every visit is a fresh headless Chromium without cookies, so that each one signs in.
//
//   node person.mjs set-up LINK        gives the owner a name, an address and a password
//   node person.mjs allow URL          signs in where asked to, presses "Allow", ends back at the client
//   node person.mjs cancel URL         signs in where asked to, presses "Cancel"
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const PERSON = { name: "Ada", email: "ada@example.com", password: "correct horse battery staple 42" };

// What the person sees and does; `how` is what their window is like.
export async function look(url, how, doing) {
  const browser = await chromium.launch({
    executablePath: process.env.KEYWAY_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    const page = await browser.newPage(how);
    page.setDefaultTimeout(60_000);
    await page.goto(url);
    return await doing(page);
  } finally {
    await browser.close();
  }
}

const visit = (url, doing) => look(url, {}, doing);

async function signIn(page) {
  const password = page.getByLabel("Password", { exact: true });
  await page.getByRole("button").first().waitFor();
  if ((await password.count()) === 0) return;
  await page.getByLabel("Email").first().fill(PERSON.email);
  await password.first().fill(PERSON.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function decide(page, button) {
  const origin = new URL(page.url()).origin;
  await signIn(page);
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.waitForURL((url) => url.origin !== origin, { waitUntil: "commit" });
}

export const setUp = (link) =>
  visit(link, async (page) => {
    await page.getByLabel("Name").fill(PERSON.name);
    await page.getByLabel("Email").fill(PERSON.email);
    await page.getByLabel("Password", { exact: true }).fill(PERSON.password);
    await page.getByRole("button").last().click();
    await page.waitForURL((url) => !url.pathname.startsWith("/setup/"));
  });

export const allow = (url) => visit(url, (page) => decide(page, "Allow"));
export const cancel = (url) => visit(url, (page) => decide(page, "Cancel"));

// Signs in, and types the code of a device where it is not there yet.
async function code(page, typed) {
  await signIn(page);
  const field = page.getByLabel("Code");
  await field.waitFor();
  if ((await field.inputValue()) === "") await field.fill(typed);
  assert.equal(await field.inputValue(), typed);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
}

export const person = { signIn, code };

// Lets a device in, or not; the heading of the page that ends it.
export const device = (url, typed, button) =>
  visit(url, async (page) => {
    await code(page, typed);
    await page.getByRole("button", { name: button, exact: true }).click();
    await page.getByRole("status").waitFor();
    return page.getByRole("heading").first().innerText();
  });

const VERBS = { "set-up": setUp, allow, cancel };

if (process.argv[1]?.endsWith("person.mjs")) {
  const [verb, ...rest] = process.argv.slice(2);
  await VERBS[verb](...rest);
}
