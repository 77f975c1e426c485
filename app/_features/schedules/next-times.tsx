import { clockIn } from "./schedule-words.ts";

/** The next times of a schedule, by the clock of its zone. */
export function NextTimes({ times, timeZone }: { times: readonly Date[]; timeZone: string }) {
  return (
    <p role="status" className="text-app text-muted">
      {times.length === 0
        ? "That is no time that comes."
        : `Next: ${times.map((at) => clockIn(timeZone, at)).join(" · ")} (${timeZone.replaceAll("_", " ")})`}
    </p>
  );
}
