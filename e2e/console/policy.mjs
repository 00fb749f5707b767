// Policies are read, and calls are tried.
export const bothWays = true;

export default async function ({ check, owner, assert }) {
  await check("the policies in force stand with what they do", async () => {
    const page = await owner();
    await page.goto("/console/policy");
    await page.getByRole("heading", { name: "keyway.members" }).waitFor();
    assert.ok((await page.locator("pre").first().innerText()).length > 0);
  });
  await check("a call is tried, with the policies that decided", async () => {
    const page = await owner();
    await page.goto("/console/policy/check");
    await page.getByLabel("Who", { exact: true }).fill("role:member");
    await page.getByLabel("Tool", { exact: true }).fill("status");
    await page.getByRole("button", { name: "Decide" }).click();
    const outcome = page.locator("#outcome");
    await outcome.getByText("allowed").first().waitFor();
    await outcome.getByText("keyway.members").waitFor();
  });
  await check("nobody is told at the field", async () => {
    const page = await owner();
    await page.goto("/console/policy/check?principal=nobody%40example.com&tool=status");
    assert.match(await page.locator("#f-principal-error").innerText(), /somebody of the organization/);
  });
}
