import { migrate } from "#db/migrate.ts";
import { config } from "#server/config.ts";

const { databaseUrl } = config();
if (!databaseUrl) throw new Error("Set DATABASE_URL. The embedded database is migrated by `npm start`.");
const applied = await migrate(databaseUrl);
console.log(applied.length === 0 ? "Nothing to migrate." : `Applied ${applied.join(", ")}.`);
