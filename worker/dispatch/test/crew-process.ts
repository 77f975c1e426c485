import { connect } from "#db/client.ts";
import type { Runtime } from "#server/context.ts";
import { startWake } from "#server/events/wake.ts";
import { startCrew } from "./crew.ts";

// A worker of its own, to be killed: `node crew-process.ts <database url> <address of the web> <settings> <agents>`, the last two as JSON.
const [url = "", web = "", settings = "{}", agents = "{}"] = process.argv.slice(2);
const { sql, db } = connect(url, { poolSize: 8 });
const wake = await startWake({ url, sql, pollSeconds: 0.2 });
const runtime: Runtime = { db, wake, settings: JSON.parse(settings) };
startCrew(runtime, { web, agents: JSON.parse(agents) });
process.on("disconnect", () => process.exit(0));
