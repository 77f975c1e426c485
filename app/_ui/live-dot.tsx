import clsx from "clsx";

export type LiveState = "held" | "lost" | "idle";

const words: Record<LiveState, string> = { held: "Working now", lost: "Lost contact", idle: "Idle" };

/** Whether someone's hand is on it: held breathes, lost is hollow, idle is still. */
export function LiveDot({ state, label }: { state: LiveState; label?: string }) {
  const text = label ?? words[state];
  return (
    <span className="inline-flex size-4 shrink-0 items-center justify-center" title={text}>
      <span
        aria-hidden="true"
        className={clsx(
          "size-2 rounded-full",
          state === "held" && "animate-breathe bg-success",
          state === "lost" && "border-[1.5px] border-danger",
          state === "idle" && "bg-line-strong",
        )}
      />
      <span className="sr-only">{text}</span>
    </span>
  );
}
