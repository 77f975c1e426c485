import { postgresBus } from "../nodes/postgres-bus.ts";
import { redisBus } from "../nodes/redis-bus.ts";
import { signedBus } from "../nodes/signed-bus.ts";
import { createPusherServer } from "../server.ts";
import { app } from "./credentials.ts";

// One node of several, as a process of its own: `node.ts redis|postgres URL [hasty]`. Tells its port, and its state
// whenever it is asked. A hasty one gives up on others sooner than the product does, so that tests need not wait.
const [, , kind, url = "", haste] = process.argv;
const onError = () => {};
const bus =
  kind === "redis" ? signedBus(redisBus({ url, name: "test", onError }), app.secret) : postgresBus({ url, onError });
const server = createPusherServer({
  ...{ app, bus, allowedOrigins: [] },
  nodeTimes: haste === "hasty" ? { beat: 200, lease: 1_000, gone: 1_600 } : undefined,
});
const port = await server.listen(0, "127.0.0.1");
process.on("message", () => process.send?.({ ...server.stats(), isApart: server.isApart() }));
process.on("disconnect", () => process.exit());
process.on("SIGTERM", () => void server.close().then(() => process.exit()));
process.send?.({ port });
