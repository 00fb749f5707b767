// Members, invitations, service accounts and settings: every form, what it does and what it refuses.
export const bothWays = true;

export default async function ({ check, owner, member, api, assert, script }) {
  const way = script ? "s" : "n";
  const yes = async (page, name) => {
    // With script the question is a dialog on the same page, without it is a page.
    await page.getByRole("button", { name, exact: true }).click();
  };

  await check("somebody is invited by a link that is shown once, and the invitation taken back", async () => {
    const page = await owner();
    await page.goto("/console/people");
    await page.getByRole("link", { name: "Invite somebody" }).click();
    await page.locator("#f-email").fill(`grace-${way}@example.com`);
    await page.locator("#f-role").selectOption("admin");
    await page.getByRole("button", { name: "Make the link" }).click();
    const link = await page.locator(".secret code").innerText();
    assert.match(link, /^http.*\/invitations\/kwi_/);
    await page.getByRole("link", { name: "See the invitations" }).click();
    const row = page.getByRole("row", { name: new RegExp(`grace-${way}@`) });
    await row.getByText("open").waitFor();
    assert.ok(!(await page.content()).includes(new URL(link).pathname));
    await row.getByRole("link", { name: /^Take back/ }).click();
    await yes(page, "Take back");
    await page.getByText("The invitation is taken back").waitFor();
    assert.equal((await page.goto(link)).status(), 404);
  });

  await check("an address that is none is told at its field, and stays there", async () => {
    const page = await owner();
    await page.goto("/console/people/invitations/new");
    // One that browsers take for an address and the gateway does not.
    await page.locator("#f-email").fill("ada!@-x.example");
    await page.locator("main form").evaluate((form) => { form.noValidate = true; });
    await page.getByRole("button", { name: "Make the link" }).click();
    assert.match(await page.locator("#f-email-error").innerText(), /Expected/);
    assert.equal(await page.locator("#f-email").inputValue(), "ada!@-x.example");
  });

  await check("two administrators change one member: the second is told, and then has it", async () => {
    const [first, second] = [await owner(), await owner()];
    for (const page of [first, second]) {
      await page.goto("/console/people?q=bob");
      await page.getByRole("link", { name: "Bob" }).click();
      await page.getByRole("heading", { name: "Bob" }).waitFor();
    }
    await first.locator("#f-role").selectOption("admin");
    await first.getByRole("button", { name: "Change role" }).click();
    await first.getByText("The role is changed.").waitFor();
    await second.locator("#f-role").selectOption("owner");
    await second.getByRole("button", { name: "Change role" }).click();
    await second.getByText("Somebody else changed this meanwhile.").waitFor();
    await second.locator("#f-role").selectOption("member");
    await second.getByRole("button", { name: "Change role" }).click();
    await second.getByText("The role is changed.").waitFor();
  });

  await check("the last owner stays", async () => {
    const page = await owner();
    await page.goto("/console/people?q=ada");
    await page.getByRole("link", { name: "Ada" }).click();
    await page.getByRole("link", { name: /^Remove/ }).click();
    await yes(page, "Remove");
    await page.getByRole("alert").getByText("last owner").waitFor();
  });

  await check("a service account is made, kept out, let in again and deleted", async () => {
    const page = await owner();
    const name = `robot-${way}`;
    await page.goto("/console/service-accounts/new");
    await page.locator("#f-name").fill(name);
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByText("The service account is made.").waitFor();
    await page.getByRole("link", { name: /^Disable/ }).click();
    await yes(page, "Disable");
    await page.getByText("It is kept out.").waitFor();
    await page.getByRole("button", { name: "Let in again" }).click();
    await page.getByRole("status").getByText("It is let in again").waitFor();
    await page.getByRole("link", { name: /^Delete/ }).click();
    await yes(page, "Delete");
    await page.getByText("The service account is deleted").waitFor();
    assert.equal(await page.getByRole("link", { name }).count(), 0);
  });

  await check("a project is made, renamed and deleted; the organization is renamed", async () => {
    const page = await owner();
    await page.goto("/console/settings/projects/new");
    await page.locator("#f-name").fill(`Website ${way}`);
    await page.locator("#f-slug").fill(`web-${way}`);
    await page.getByRole("button", { name: "Make the project" }).click();
    await page.getByRole("link", { name: `Website ${way}` }).click();
    await page.locator("#f-name").fill("Site");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The project has another name.").waitFor();
    await page.getByRole("link", { name: /^Delete/ }).click();
    await yes(page, "Delete");
    await page.getByText("The project is deleted.").waitFor();
    const { name } = await api("GET", "/v1/organization");
    await page.goto("/console/settings");
    await page.locator("#f-name").fill(`${name} ${way}`);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The organization has another name.").waitFor();
    await api("PATCH", "/v1/organization", { name });
  });

  await check("a member sees no page of administrators", async () => {
    const page = await member();
    for (const path of ["people", "service-accounts", "api-keys", "clients", "policy", "settings"]) {
      assert.equal((await page.goto(`/console/${path}`)).status(), 404, path);
      await page.getByRole("heading", { name: "Nothing is here" }).waitFor();
    }
    await page.getByRole("link", { name: "Go to Overview" }).click();
    await page.waitForURL("**/console");
  });
}
