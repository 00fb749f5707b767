"""The Python client, given nothing but the URL: `sign_in.py legacy|auto NODE`, with KEYWAY_URL."""

import os
import sys
import traceback
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata

PERSON = Path(__file__).parent.parent / "node" / "person.mjs"
failed = 0


async def check(what, test):
    global failed
    try:
        with anyio.fail_after(120):
            await test()
        print(f"ok - {what}")
    except Exception:
        failed += 1
        print(f"not ok - {what}")
        print("".join(f"#   {line}\n" for line in traceback.format_exc().splitlines()), end="")


class Kept:
    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def main(mode, node):
    url = os.environ["KEYWAY_URL"]
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    arrivals, arrived = anyio.create_memory_object_stream(8)

    async def visit(stream):
        async with stream:
            head = (await stream.receive()).decode()
            await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone")
        path = head.split(" ")[1]
        if path.startswith("/callback"):
            await arrivals.send({name: values[0] for name, values in parse_qs(urlsplit(path).query).items()})

    async def open_page(page):
        await anyio.run_process([node, str(PERSON), "allow", page])

    async def came_back():
        found = await arrived.receive()
        return AuthorizationCodeResult(code=found["code"], state=found.get("state"), iss=found.get("iss"))

    kept = Kept()

    def provider():
        return OAuthClientProvider(
            server_url=url,
            client_metadata=OAuthClientMetadata(
                client_name="The Python client",
                redirect_uris=[f"http://127.0.0.1:{port}/callback"],
                token_endpoint_auth_method="none",
            ),
            storage=kept,
            redirect_handler=open_page,
            callback_handler=came_back,
        )

    async def calls():
        async with httpx2.AsyncClient(auth=provider(), timeout=60) as http:
            async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
                names = {tool.name for tool in (await client.list_tools()).tools}
                assert "status" in names, names
                result = await client.call_tool("status", {})
                assert not result.is_error, result

    async def renewed():
        before = kept.tokens
        kept.tokens = before.model_copy(update={"access_token": before.access_token[:-6] + "000000"})
        await calls()
        assert kept.tokens.refresh_token != before.refresh_token

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, visit)
        await check(f"python {mode}: only the URL is needed to sign in", calls)
        await check(f"python {mode}: what was kept is enough the next time", calls)
        await check(f"python {mode}: an access token that is no longer good is renewed", renewed)
        tasks.cancel_scope.cancel()


anyio.run(main, *sys.argv[1:])
sys.exit(1 if failed else 0)
