"""An MCP server of the kind people write: `server.py stdio`, or `server.py http PORT`."""

import sys
from typing import Annotated

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp.types import Completion
from pydantic import BaseModel

server = MCPServer("notebook", instructions="Keeps notes.")
stopped = 0


class Sum(BaseModel):
    total: int


class Colour(BaseModel):
    colour: str


async def ask_colour() -> Elicit[Colour]:
    return Elicit("Which colour?", Colour)


@server.tool()
def add(a: int, b: int) -> Sum:
    """Adds two numbers."""
    return Sum(total=a + b)


@server.tool()
async def count(steps: int, ctx: Context) -> str:
    """Counts, and tells how far it is."""
    for step in range(1, steps + 1):
        await ctx.report_progress(step, steps, f"step {step}")
    return f"counted to {steps}"


@server.tool()
async def paint(colour: Annotated[Colour, Resolve(ask_colour)]) -> str:
    """Asks the person for a colour."""
    return f"painted {colour.colour}"


@server.tool()
async def hang() -> str:
    """Never answers; notes when it is cancelled."""
    global stopped
    try:
        await anyio.sleep_forever()
    finally:
        stopped += 1
    return "never"


@server.tool()
def hangs_stopped() -> str:
    """How many calls of `hang` were cancelled."""
    return str(stopped)


@server.tool()
async def learn(name: str, ctx: Context) -> str:
    """Adds a tool and tells that the list changed."""
    server.add_tool(lambda: name, name=name, description="Learned.")
    await ctx.notify_tools_changed()
    try:
        await ctx.session.send_tool_list_changed()
    except Exception:  # the later era has no such message outside of a subscription
        pass
    return "learned"


@server.resource("note://first", mime_type="text/plain")
def first() -> str:
    return "the first note"


@server.resource("note://by/{author}")
def by(author: str) -> str:
    return f"a note by {author}"


@server.prompt()
def summarise(topic: str) -> str:
    """Asks for a summary."""
    return f"Summarise {topic}."


@server.completion()
async def complete(ref, argument, context):
    topics = ["tea", "teapots", "coffee"]
    return Completion(values=[topic for topic in topics if topic.startswith(argument.value)])


if __name__ == "__main__":
    if sys.argv[1] == "http":
        server.run("streamable-http", port=int(sys.argv[2]))
    else:
        server.run("stdio")
