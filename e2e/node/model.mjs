// A model that repeats what it was told, over OpenAI's Chat Completions, streamed.
import { createServer } from "node:http";

const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const { messages, model, stream } = JSON.parse(body);
  const last = messages.at(-1).content;
  const text = `you said: ${typeof last === "string" ? last : last.map((part) => part.text).join("")}`;
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  if (!stream) {
    response.setHeader("content-type", "application/json");
    const message = { role: "assistant", content: text };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    response.end(JSON.stringify({ id: "1", object: "chat.completion", model, choices, usage }));
    return;
  }
  response.setHeader("content-type", "text/event-stream");
  const say = (delta, finish_reason, more = {}) => {
    const choices = [{ index: 0, delta, finish_reason }];
    const chunk = { id: "1", object: "chat.completion.chunk", model, choices, ...more };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  say({ role: "assistant", content: text }, null);
  say({}, "stop", { usage });
  response.end("data: [DONE]\n\n");
});
server.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
