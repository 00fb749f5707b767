// Where a browser comes back to: a server on a free port of this machine.
import { createServer } from "node:http";

export async function callback() {
  let came;
  const next = () => new Promise((resolve) => (came = resolve));
  let arrival = next();
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    response.end("done");
    if (url.pathname === "/callback") came(url.searchParams);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}/callback`,
    // The parameters of the next visit.
    async arrived() {
      const parameters = await arrival;
      arrival = next();
      return parameters;
    },
    close: () => server.close(),
  };
}
