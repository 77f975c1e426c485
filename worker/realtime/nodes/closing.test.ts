import { expect, test } from "vitest";
import { until } from "../test/harness.ts";
import type { Bus } from "./bus.ts";
import { Nodes, type NodeServer } from "./nodes.ts";

const server: NodeServer = {
  state: () => ({ type: "state", channels: [], online: [], cached: [] }),
  ...{ deliver() {}, keep() {}, signed() {}, evict() {}, terminate() {}, died() {}, missed() {} },
};

/** A line in this process. Who is mute is not heard by the others. */
function line() {
  const ears = new Map<string, (text: string) => void>();
  const mute = new Set<string>();
  const busOf = (name: string): Bus => ({
    kind: "redis",
    start: async (onText) => void ears.set(name, onText),
    send: (text) =>
      setImmediate(() => {
        for (const [ear, hear] of ears) if (ear === name || !mute.has(name)) hear(text);
      }),
    renew() {},
    close: async () => void ears.delete(name),
  });
  return { busOf, mute };
}

test("a node that closes does not answer that a revocation holds on all while another has not said so", async () => {
  const { busOf, mute } = line();
  const [first, second] = [new Nodes(busOf("first")), new Nodes(busOf("second"))];
  for (const node of [first, second]) await node.start(server);
  const order = { type: "evict", channel: "private-x" } as const;
  await until("both to be sure of each other", () => first.everywhere(order));
  expect(first.others).toBe(1);
  mute.add("second");
  const answer = first.everywhere(order);
  await first.close();
  expect(await answer).toBe(false);
  await second.close();
});
