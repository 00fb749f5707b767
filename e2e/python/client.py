"""The Python client against the gateway: `client.py legacy|auto`, with KEYWAY_URL and KEYWAY_KEY."""

import os
import sys
import traceback

import anyio
import httpx2
import mcp.types as types
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

failed = 0


async def check(what, test):
    global failed
    try:
        with anyio.fail_after(30):
            await test()
        print(f"ok - {what}")
    except Exception:
        failed += 1
        print(f"not ok - {what}")
        print("".join(f"#   {line}\n" for line in traceback.format_exc().splitlines()), end="")


async def answer(_context, _params):
    return types.ElicitResult(action="accept", content={"colour": "green"})


async def main(mode):
    url = os.environ["KEYWAY_URL"]
    headers = {"Authorization": f"Bearer {os.environ['KEYWAY_KEY']}"}
    async with httpx2.AsyncClient(headers=headers) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=mode, elicitation_callback=answer) as client:
            await checks(client, f"python {mode}")


async def checks(client, kind):
    async def tools():
        found, cursor = set(), None
        while True:
            page = await client.list_tools(cursor=cursor)
            found |= {tool.name for tool in page.tools}
            cursor = page.next_cursor
            if cursor is None:
                return found

    async def lists():
        wanted = {"mcp__everything__echo", "mcp__py-stdio__add", "mcp__py-http__add", "status"}
        while not wanted <= await tools():
            await anyio.sleep(0.1)

    async def calls():
        result = await client.call_tool("mcp__everything__echo", {"message": "hi"})
        assert result.content[0].text == "Echo: hi", result
        result = await client.call_tool("mcp__py-http__add", {"a": 1, "b": 2})
        assert result.structured_content == {"total": 3}, result

    async def progress():
        steps = []

        async def told(progress, total, message):
            steps.append(progress)

        await client.call_tool("mcp__py-stdio__count", {"steps": 3}, progress_callback=told)
        assert steps == [1, 2, 3], steps

    async def asks():
        for server in ("py-stdio", "py-http"):
            result = await client.call_tool(f"mcp__{server}__paint", {})
            assert result.content[0].text == "painted green", result

    async def resources():
        listed = (await client.list_resources()).resources
        uri = next(str(one.uri) for one in listed if str(one.uri).endswith("note://first"))
        read = await client.read_resource(uri)
        assert read.contents[0].text == "the first note", read

    async def prompts():
        prompt = await client.get_prompt("mcp__py-http__summarise", {"topic": "tea"})
        assert prompt.messages[0].content.text == "Summarise tea.", prompt

    await check(f"{kind}: tools of the upstreams are listed", lists)
    await check(f"{kind}: tools answer", calls)
    await check(f"{kind}: progress", progress)
    await check(f"{kind}: the server asks the person", asks)
    await check(f"{kind}: resources", resources)
    await check(f"{kind}: prompts", prompts)


anyio.run(main, sys.argv[1])
sys.exit(1 if failed else 0)
