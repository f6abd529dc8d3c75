// A messenger server on MongoDB whose database is behind a proxy, so that answers of the database get lost.
import type { MongodbServer } from "./mongodb.ts";
import { ServerProcess } from "./server-process.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** A new one for each test of the suite; the results give the proxy and the server of the test that runs. */
export function useProxiedServer(database: () => MongodbServer): {
  readonly proxy: () => TcpProxy;
  readonly server: () => ServerProcess;
} {
  let proxy: TcpProxy | undefined;
  let server: ServerProcess | undefined;
  let url = "";
  beforeEach(async () => {
    url = database().newUrl();
    const { port } = new URL(url);
    proxy = await TcpProxy.start(Number(port));
    server = await ServerProcess.start(["--store", url.replace(`:${port}`, `:${proxy.port}`)]);
  });
  afterEach(async () => {
    await server?.remove();
    await proxy?.close();
    await database().drop(url);
  });
  return { proxy: () => there(proxy), server: () => there(server) };
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the server is there within tests only");
  return value;
}
