// A real client of one era lists and calls everything behind the gateway.
// Usage: node client.mjs sdk1|legacy|modern, with KEYWAY_URL and KEYWAY_KEY.
import { assert, check, done, until } from "./checks.mjs";
import { connect } from "./connect.mjs";

const kind = process.argv[2];
const url = process.env.KEYWAY_URL;
const key = process.env.KEYWAY_KEY;

const text = (result) => result.content.find((block) => block.type === "text")?.text;
const all = async (list) => {
  const found = [];
  let cursor;
  do {
    const page = await list(cursor === undefined ? {} : { cursor });
    found.push(page);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
};

await check(`${kind}: without a key the door stays closed`, async () => {
  await assert.rejects(connect(kind, url, {}));
});

const { client, changes, callTool } = await connect(kind, url, { authorization: `Bearer ${key}` });
const names = async () =>
  (await all((page) => client.listTools(page))).flatMap((page) => page.tools.map((tool) => tool.name));

await check(`${kind}: tools of every upstream are listed`, async () => {
  const wanted = ["everything", "everything-http", "everything-sse", "py-stdio", "py-http"];
  await until(async () => {
    const there = await names();
    return (
      wanted.every((server) => there.some((name) => name.startsWith(`mcp__${server}__`))) &&
      there.includes("mcp__files__read_text_file") &&
      there.includes("status")
    );
  });
});

await check(`${kind}: an action answers`, async () => {
  const result = await callTool({ name: "status", arguments: {} });
  assert.ok(!result.isError, JSON.stringify(result));
});

for (const server of ["everything", "everything-http", "everything-sse"]) {
  const tool = (name) => `mcp__${server}__${name}`;
  await check(`${kind} → ${server}: a tool`, async () => {
    const result = await callTool({ name: tool("echo"), arguments: { message: "ünïcode \u0000 ok" } });
    assert.equal(text(result), "Echo: ünïcode \u0000 ok");
  });
  await check(`${kind} → ${server}: structured content and an image`, async () => {
    const weather = await callTool({ name: tool("get-structured-content"), arguments: { location: "New York" } });
    assert.equal(typeof weather.structuredContent.temperature, "number");
    const image = await callTool({ name: tool("get-tiny-image"), arguments: {} });
    assert.ok(image.content.some((block) => block.type === "image" && block.data.length > 100));
  });
  await check(`${kind} → ${server}: progress`, async () => {
    const steps = [];
    await callTool(
      { name: tool("trigger-long-running-operation"), arguments: { duration: 0.4, steps: 4 } },
      { onprogress: (progress) => steps.push(progress.progress) },
    );
    assert.deepEqual(steps, [1, 2, 3, 4]);
  });
  await check(`${kind} → ${server}: the server asks the person`, async () => {
    const result = await callTool({ name: tool("trigger-elicitation-request"), arguments: {} });
    assert.match(JSON.stringify(result.content), /Ada/);
  });
  await check(`${kind} → ${server}: the server asks the model`, async () => {
    const result = await callTool({ name: tool("trigger-sampling-request"), arguments: { prompt: "hello", maxTokens: 10 } });
    assert.match(JSON.stringify(result.content), /a sampled answer/);
  });
}

for (const server of ["py-stdio", "py-http"]) {
  const tool = (name) => `mcp__${server}__${name}`;
  await check(`${kind} → ${server}: structured content`, async () => {
    const result = await callTool({ name: tool("add"), arguments: { a: 2, b: 40 } });
    assert.equal(result.structuredContent.total, 42);
  });
  await check(`${kind} → ${server}: progress`, async () => {
    const steps = [];
    await callTool({ name: tool("count"), arguments: { steps: 3 } }, { onprogress: (one) => steps.push(one.progress) });
    assert.deepEqual(steps, [1, 2, 3]);
  });
  await check(`${kind} → ${server}: the server asks the person`, async () => {
    assert.equal(text(await callTool({ name: tool("paint"), arguments: {} })), "painted blue");
  });
  await check(`${kind} → ${server}: a cancelled call is cancelled upstream`, async () => {
    const stopped = async () => Number(text(await callTool({ name: tool("hangs_stopped"), arguments: {} })));
    const before = await stopped();
    const abort = new AbortController();
    const hanging = callTool({ name: tool("hang"), arguments: {} }, { signal: abort.signal });
    setTimeout(() => abort.abort(), 300);
    await assert.rejects(hanging);
    await until(async () => (await stopped()) > before);
  });
  await check(`${kind} → ${server}: a changed list is told`, async () => {
    const before = changes.tools;
    const learned = `learned_${kind}`;
    await callTool({ name: tool("learn"), arguments: { name: learned } });
    await until(async () => changes.tools > before && (await names()).includes(tool(learned)));
  });
  await check(`${kind} → ${server}: an error of a tool is a result`, async () => {
    const result = await callTool({ name: tool("add"), arguments: { a: "x", b: 1 } });
    assert.equal(result.isError, true);
  });
}

await check(`${kind}: resources and templates`, async () => {
  const listed = (await all((page) => client.listResources(page))).flatMap((page) => page.resources);
  assert.ok(listed.some((resource) => resource.uri.endsWith("note://first")));
  const note = listed.find((resource) => resource.uri.endsWith("note://first"));
  const read = await client.readResource({ uri: note.uri });
  assert.equal(read.contents[0].text, "the first note");
  const templates = (await all((page) => client.listResourceTemplates(page))).flatMap((page) => page.resourceTemplates);
  assert.ok(templates.some((template) => template.uriTemplate.endsWith("demo://resource/dynamic/text/{resourceId}")));
  const dynamic = await client.readResource({ uri: "demo://resource/dynamic/text/7" });
  assert.match(dynamic.contents[0].text, /7/);
});

await check(`${kind}: a file of the file server`, async () => {
  const path = process.env.KEYWAY_FILE;
  assert.match(text(await callTool({ name: "mcp__files__read_text_file", arguments: { path } })), /hello from a file/);
});

await check(`${kind}: prompts and completions`, async () => {
  const prompts = (await all((page) => client.listPrompts(page))).flatMap((page) => page.prompts);
  const name = "mcp__py-http__summarise";
  assert.ok(prompts.some((prompt) => prompt.name === name));
  const prompt = await client.getPrompt({ name, arguments: { topic: "tea" } });
  assert.equal(prompt.messages[0].content.text, "Summarise tea.");
  const ref = { type: "ref/prompt", name };
  const { completion } = await client.complete({ ref, argument: { name: "topic", value: "te" } });
  assert.deepEqual(completion.values, ["tea", "teapots"]);
});

await check(`${kind}: an unknown tool is an error with a code`, async () => {
  await assert.rejects(callTool({ name: "mcp__nobody__nothing", arguments: {} }), (error) => error.code === -32602);
});

await client.close();
done();
