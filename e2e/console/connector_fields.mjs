// The form of a connector: whatever is wrong stands at its field, with what was typed and no secret.
export const bothWays = true;

const SECRET = "canary-of-the-form";

// What is typed or chosen, the field that is wrong then, and what is said there.
const WRONG = [
  [{ name: "\u{1f680}\u{1f680}" }, "name", /./],
  [{ name: "GitHub" }, "name", /a provider/],
  [{ name: "Everything" }, "name", /a configured MCP server/],
  [{ url: "ftp://example.com/mcp" }, "url", /http/],
  [{ url: "https://ada:secret@example.com/mcp" }, "url", /./],
  [{ url: "https://example.com/mcp#there" }, "url", /./],
  [{ url: "https://example.com/mcp?api_key=secret" }, "url", /Access token under Advanced settings/],
  [{ url: "http://10.0.0.1/mcp" }, "url", /egress\.allow/],
  [{ token: SECRET, header: "X Bad" }, "header", /./],
  [{ token: SECRET, header: "Host" }, "header", /./],
  [{ header: "X-Api-Key" }, "token", /./],
  [{ token: "canary-\u00e4" }, "token", /./],
  [{ token: SECRET, more: "X Bad: a" }, "more", /./],
  [{ scope: "roles" }, "roles", /owner, admin and member/],
  [{ scope: "project" }, "project", /./],
  [{ allow: "x".repeat(200) }, "allow", /./],
  [{ deny: "x".repeat(200) }, "deny", /./],
  [{ connect_timeout: "0" }, "connect_timeout", /./],
  [{ call_timeout: "9999999" }, "call_timeout", /./],
  [{ auth: "oauth_client", client_secret: SECRET }, "client_id", /./],
  [{ auth: "oauth_client", client_id: "keyway" }, "client_secret", /./],
];

export default async function ({ check, owner, api, assert, script }) {
  const plain = { name: "Fields", url: "https://mcp.acme.example/mcp" };
  const fill = async (page, typed) => {
    if (!(await page.locator("#f-token").isVisible())) await page.getByText("Advanced settings", { exact: true }).click();
    for (const [field, value] of Object.entries(typed)) {
      const at = page.locator(`#f-${field}`);
      if (await at.evaluate((element) => element.tagName === "SELECT")) await at.selectOption(value);
      else await at.fill(value);
    }
  };

  await check("name and address have to be given", async () => {
    const page = await owner();
    await page.goto("/console/integrations/add");
    for (const field of ["name", "url"]) {
      assert.ok(await page.locator(`#f-${field}`).evaluate((input) => input.required && !input.validity.valid));
    }
  });

  for (const button of script ? ["Add", "Test connection"] : ["Add"]) {
    await check(`${button}: what is wrong stands at its field`, async () => {
      const page = await owner();
      for (const [wrong, field, said] of WRONG) {
        // What is tried out needs no key yet, and is there for nobody.
        if (button !== "Add" && (said.source.startsWith("a ") || wrong.scope)) continue;
        const what = JSON.stringify(wrong);
        await page.goto("/console/integrations/add");
        const typed = { ...plain, ...wrong };
        await fill(page, typed);
        await page.getByRole("button", { name: button, exact: true }).click();
        const error = page.locator(`#f-${field}-error`);
        await error.waitFor({ state: "visible" }).catch(() => assert.fail(`${what}: nothing at ${field}`));
        assert.match(await error.innerText(), said, what);
        assert.equal(await page.locator(".error").count(), 1, what);
        const at = page.locator(`#f-${field}`);
        if ((await at.count()) > 0) assert.equal(await at.getAttribute("aria-invalid"), "true", what);
        for (const [name, value] of Object.entries(typed)) {
          if (name === "more") continue;
          const kept = ["token", "client_secret"].includes(name) ? "" : value;
          assert.equal(await page.locator(`#f-${name}`).inputValue(), kept, `${what}: ${name}`);
        }
        assert.ok(!(await page.content()).includes(SECRET), what);
        assert.deepEqual(page.trouble, [], what);
      }
      const { connectors } = await api("GET", "/v1/connectors?limit=200");
      assert.ok(connectors.every(({ name }) => name !== plain.name));
    });
  }
}
