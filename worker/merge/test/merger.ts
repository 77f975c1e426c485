import { connect } from "#db/client.ts";
import type { Runtime } from "#server/context.ts";
import { startWake } from "#server/events/wake.ts";
import { createLogger } from "#server/log.ts";
import { startMerging } from "../merging.ts";

// A worker of its own that only merges, to be killed by a failpoint: `node merger.ts <database url> <settings as JSON>`.
const [url = "", settings = "{}"] = process.argv.slice(2);
const { sql, db } = connect(url, { poolSize: 4 });
const wake = await startWake({ url, sql, pollSeconds: 0.1 });
const runtime: Runtime = { db, wake, settings: JSON.parse(settings) };
startMerging(runtime, { log: createLogger("merger") });
process.on("disconnect", () => process.exit(0));
