import { createServer, connect as dial, type Server } from "node:net";

/**
 * Lets programs reach services of the server without a network: each loopback port here leads to a unix socket that
 * was put into the sandbox. Answers null, or in words which port cannot be had.
 */
export async function openBridges(services: { port: number; socket: string }[]): Promise<string | null> {
  const opened = await Promise.allSettled(services.map(({ port, socket }) => openBridge(port, socket)));
  const failed = opened.flatMap((result, index) => (result.status === "rejected" ? [services[index]?.port] : []));
  return failed.length === 0 ? null : `Port ${failed.join(", ")} of a service cannot be opened: it is taken.`;
}

function openBridge(port: number, socket: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const service = dial({ path: socket, allowHalfOpen: true });
      client.pipe(service).pipe(client);
      client.on("error", () => service.destroy()).on("close", () => service.destroy());
      service.on("error", () => client.destroy()).on("close", () => client.destroySoon());
    });
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
