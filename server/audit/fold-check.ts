import { compareWithFold } from "../events/replay.ts";
import type { Finding } from "./finding.ts";

/** State = fold(events), row by row over every projected table. */
export async function checkFold(url: string): Promise<Finding> {
  const { events, tables } = await compareWithFold(url);
  const looked = tables.reduce((sum, { rows }) => sum + rows, 0);
  const faults = tables
    .filter(({ onlyInTable, onlyInFold }) => onlyInTable + onlyInFold > 0)
    .map(
      ({ table, onlyInTable, onlyInFold, sample }) =>
        `${table}: ${onlyInTable} rows differ from the fold, ${onlyInFold} are missing (${JSON.stringify(sample)?.slice(0, 400)})`,
    );
  const blind = (looked === 0) !== (events === 0) ? [`there are ${events} events but ${looked} rows`] : [];
  return {
    check: "state is the fold of the events",
    promise: `Rebuilding every table from ${events} events gives the same rows.`,
    unit: "rows",
    looked,
    faults: [...faults, ...blind],
    faultCount: faults.length + blind.length,
  };
}
