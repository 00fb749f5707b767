import { z } from "zod";
import { acme } from "../apps/acme";

export const createAcmeTicket = acme.action({
  slug: "create-acme-ticket",
  input: z.object({ title: z.string(), body: z.string() }),
  output: z.object({ id: z.string() }),
  async run(input, credentials) {
    return createTicket({
      apiKey: credentials.acme.apiKey,
      title: input.title,
      body: input.body,
    });
  },
});
