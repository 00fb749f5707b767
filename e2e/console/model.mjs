// A model for agents: it asks for the gateway's status, waits until it may go on, and answers.
import { createServer } from "node:http";

export const SAID = "All is well. <script>document.title='owned'</script> \u202e.";

// Listens at the port the gateway was told of; `go()` lets answers that wait out.
export async function model(port) {
  let waiting = [];
  let open = true;
  const server = createServer(async (request, answer) => {
    let body = "";
    for await (const part of request) body += part;
    const { messages, stream } = JSON.parse(body);
    const last = messages.at(-1);
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    if (last.role === "tool" && !open) await new Promise((go) => waiting.push(go));
    const call = { index: 0, id: `call_${Date.now()}`, type: "function", function: { name: "status", arguments: "{}" } };
    const wants = last.role !== "tool" && /status/.test(JSON.stringify(last.content));
    const said = wants ? { tool_calls: [call] } : { content: SAID };
    const reason = wants ? "tool_calls" : "stop";
    if (!stream) {
      const message = { role: "assistant", content: null, ...said };
      answer.writeHead(200, { "content-type": "application/json" });
      answer.end(JSON.stringify({ id: "1", object: "chat.completion", created: 1, model: "test", choices: [{ index: 0, message, finish_reason: reason }], usage }));
      return;
    }
    answer.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = (choices, more) => {
      const data = { id: "1", object: "chat.completion.chunk", created: 1, model: "test", choices, ...more };
      answer.write(`data: ${JSON.stringify(data)}\n\n`);
    };
    chunk([{ index: 0, delta: { role: "assistant", ...said }, finish_reason: null }]);
    chunk([{ index: 0, delta: {}, finish_reason: reason }]);
    chunk([], { usage });
    answer.end("data: [DONE]\n\n");
  });
  // Connections stay open between turns, as with a real one.
  server.keepAliveTimeout = 600_000;
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  return {
    hold: () => { open = false; },
    go: () => { open = true; for (const go of waiting.splice(0)) go(); },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
