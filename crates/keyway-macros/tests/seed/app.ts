import { defineApp } from "@keystrokehq/keystroke/app";
import { z } from "zod";

export const acme = defineApp({
  slug: "acme",
  auth: "api_key",
  credential: {
    apiKey: z.string(),
  },
});
