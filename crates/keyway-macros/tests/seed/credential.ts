import { defineCredential } from "@keystrokehq/keystroke/credentials";
import { z } from "zod";

export const acme = defineCredential({
  key: "acme",
  fields: {
    apiKey: z.string(),
  },
});
