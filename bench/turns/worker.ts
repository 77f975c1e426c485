import { now } from "../figure.ts";
import { openRuntimeOn } from "../installation.ts";
import { startNoopTurns } from "./noop.ts";
import { told } from "./messages.ts";

// A process of its own, as the product's worker is: takes what is ready and notes when each turn started.

const [, , url = "", limit = "24"] = process.argv;
const { runtime, close } = await openRuntimeOn(url, "/nonexistent", 10);
let started: [string, number][] = [];
const turns = startNoopTurns(runtime, {
  limit: Number(limit),
  onStart: ({ taskId }) => started.push([taskId, now()]),
  onError: (error) => process.stderr.write(`${String(error)}\n`),
});
process.on("message", () => {
  told({ started });
  started = [];
});
process.on("disconnect", () => void turns.stop().then(close));
told({ started });
