import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Pause } from "#server/pauses/schema.ts";

/** Who paused it, since when, why, and what that means for what runs. */
export function PauseWords({ paused }: { paused: Pause }) {
  return (
    <>
      <strong className="font-semibold text-warning">{paused.mode === "hard" ? "Stopped" : "Paused"}</strong> by{" "}
      {paused.by.name} <RelativeTime at={paused.at} />
      {paused.reason ? `: ${paused.reason}` : "."}
    </>
  );
}
