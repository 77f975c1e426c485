import { run } from "graphile-worker";
import { now } from "../figure.ts";
import { told } from "../turns/messages.ts";
import { presetOf, quiet } from "./graphile.ts";

// graphile-worker in a process of its own: notes when each job started.

const [, , connectionString = "", mode = "default"] = process.argv;
let started: [string, number][] = [];
const runner = await run({
  connectionString,
  ...presetOf(mode === "tuned" ? "tuned" : "default"),
  logger: quiet,
  taskList: {
    noop: (payload) => {
      started.push([String(payload), now()]);
    },
  },
});
process.on("message", () => {
  told({ started });
  started = [];
});
process.on("disconnect", () => void runner.stop());
told({ started });
