import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../test/harness.ts";
import { hasRedis, startRedis } from "../test/redis.ts";
import { redisBus } from "./redis-bus.ts";
import { signedBus } from "./signed-bus.ts";

test.skipIf(!hasRedis)("what somebody else writes into the same Redis is not heard by the nodes", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const onError = () => {};
  const open = (secret: string) => signedBus(redisBus({ url: redis.url, name: "test", onError }), secret);
  const [node, stranger] = [open("ours"), open("theirs")];
  const plain = new Redis(redis.url);
  onTestFinished(async () => {
    for (const bus of [node, stranger]) await bus.close();
    plain.disconnect();
  });
  const heard: string[] = [];
  await node.start((text) => heard.push(text));
  await stranger.start(() => {});
  for (const forged of ["forged", " forged", "", "x forged"]) await plain.publish("entourage:realtime:test", forged);
  stranger.send("forged");
  await plain.ping();
  node.send("a word, with spaces");
  await until("our own word", () => heard.length > 0);
  // What a stranger said before it would be there by now: an ear hears all in one order.
  stranger.send("forged again");
  node.send("last");
  await until("the last word", () => heard.includes("last"));
  expect(heard).toEqual(["a word, with spaces", "last"]);
});
