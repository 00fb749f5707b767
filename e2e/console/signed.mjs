// A system that signs its webhooks, and a publication that knows how.
import { createHmac } from "node:crypto";
import { url } from "./harness.mjs";

export const SETTINGS = {
  verification: { kind: "hmac", header: "X-Sign", prefix: "v1=" },
  eventId: "/id",
  message: "/text",
};

// Sends an event to the address of a publication; answers the status.
export async function send(address, secret, event) {
  const body = JSON.stringify(event);
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const answer = await fetch(new URL(new URL(address, url).pathname, url), {
    method: "POST",
    headers: { "content-type": "application/json", "x-sign": `v1=${signature}` },
    body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

// A publication of the agent of these tests, made over HTTP.
export async function published(api, name) {
  const robot = await api("POST", "/v1/service-accounts", { name: `${name} robot`, role: "member" });
  return api("POST", "/v1/publications", {
    provider: "webhook", name, agent: "helper", serviceAccount: robot.id, settings: SETTINGS,
  });
}
