import { z } from "zod";
import { type Outcome, outcomeOf, runCommand } from "./command.ts";

const Explained = z.object({ status: z.string() });

/** Asks drizzle-kit what a new migration would hold, without writing it: it must hold nothing. */
export async function checkMigrations(): Promise<Outcome> {
  const consistent = await outcomeOf("drizzle-kit", ["check"]);
  if (consistent.state === "failed") return consistent;
  const { output } = await runCommand("drizzle-kit", ["generate", "--explain", "--output", "json"]);
  if (statusOf(output) === "no_changes") return { state: "passed" };
  return { state: "failed", details: `The tables differ from db/migrations; run: npx drizzle-kit generate\n${output}` };
}

function statusOf(output: string): string | undefined {
  const json = output.split("\n").find((line) => line.startsWith("{"));
  return json && Explained.parse(JSON.parse(json)).status;
}
