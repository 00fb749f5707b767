// A person at a browser of their own: sets the gateway up, signs in, and decides what clients may do.
// Every visit is a fresh headless Chromium without cookies, so that each one signs in.
//
//   node person.mjs set-up LINK        gives the owner a name, an address and a password
//   node person.mjs allow URL          signs in where asked to, presses "Allow", ends back at the client
//   node person.mjs cancel URL         signs in where asked to, presses "Cancel"
//   node person.mjs device URL CODE    signs in, enters a device's code, presses "Allow"
import { chromium } from "playwright-core";

const PERSON = { name: "Ada", email: "ada@example.com", password: "correct horse battery staple 42" };

async function visit(url, doing) {
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
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(url);
    return await doing(page);
  } finally {
    await browser.close();
  }
}

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

export const device = (url, code) =>
  visit(url, async (page) => {
    await signIn(page);
    const field = page.getByLabel("Code");
    if ((await field.count()) > 0 && (await field.inputValue()) === "") await field.fill(code);
    if ((await field.count()) > 0) await page.getByRole("button").last().click();
    await page.getByRole("button", { name: "Allow", exact: true }).click();
    await page.getByText("go back").or(page.getByText("close")).first().waitFor();
  });

const VERBS = { "set-up": setUp, allow, cancel, device };

if (process.argv[1]?.endsWith("person.mjs")) {
  const [verb, ...rest] = process.argv.slice(2);
  await VERBS[verb](...rest);
}
