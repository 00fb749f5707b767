// What a program keeps that signs in, and how it does with the official client.
import { auth } from "@modelcontextprotocol/client";
import { callback } from "./callback.mjs";

// What a program keeps of its sign-in.
export class Provider {
  constructor(name, redirectUrl) {
    this.name = name;
    this.redirectUrl = redirectUrl;
    this.asked = [];
  }
  get clientMetadata() {
    return {
      client_name: this.name,
      redirect_uris: [this.redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      application_type: "native",
    };
  }
  state() {
    return (this.expected = crypto.randomUUID());
  }
  clientInformation() {
    return this.client;
  }
  saveClientInformation(client) {
    this.client = client;
  }
  tokens() {
    return this.kept;
  }
  saveTokens(tokens) {
    this.kept = tokens;
  }
  redirectToAuthorization(address) {
    this.asked.push(address);
  }
  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }
}

// Signs a program in as whoever opens the page it is given; answers its access token.
export async function signIn(name, serverUrl, open) {
  const back = await callback();
  const provider = new Provider(name, back.url);
  await auth(provider, { serverUrl });
  const [arrived] = await Promise.all([back.arrived(), open(provider.asked.at(-1).href)]);
  const [authorizationCode, iss] = [arrived.get("code"), arrived.get("iss")];
  await auth(provider, { serverUrl, authorizationCode, iss });
  back.close();
  return provider.kept.access_token;
}
