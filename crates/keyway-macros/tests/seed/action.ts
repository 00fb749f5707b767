import { defineAction } from "@keystrokehq/keystroke/action";
import { z } from "zod";
import { acme } from "../credentials/acme";

export const createAcmeTicket = defineAction({
  slug: "create-acme-ticket",
  input: z.object({ title: z.string(), body: z.string() }),
  output: z.object({ id: z.string() }),
  credentials: [acme] as const,
  async run(input, credentials) {
    return createTicket({
      apiKey: credentials.acme.apiKey,
      title: input.title,
      body: input.body,
    });
  },
});
