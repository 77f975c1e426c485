import Anser from "anser";
import clsx from "clsx";
import { keepColours } from "./ansi-filter.ts";

type AnsiLogProps = {
  text: string;
  /** Read aloud: "Output of the gate". */
  label: string;
  className?: string;
};

const colours: Record<string, string> = {
  "ansi-black": "text-faint",
  "ansi-red": "text-danger",
  "ansi-green": "text-success",
  "ansi-yellow": "text-warning",
  "ansi-blue": "text-accent-text",
  "ansi-magenta": "text-agent",
  "ansi-cyan": "text-info",
  "ansi-white": "text-muted",
};

/** What a terminal printed, as text: colours from our tokens, everything else a terminal could be told to do left out. */
export function AnsiLog({ text, label, className }: AnsiLogProps) {
  const parts = Anser.ansiToJson(keepColours(text), { json: true, remove_empty: true, use_classes: true });
  return (
    <section aria-label={label} tabIndex={0} className={clsx("overflow-auto rounded-md border bg-sunken", className)}>
      <pre className="p-3 font-mono text-small/5 break-words whitespace-pre-wrap text-ink">
        {parts.map((part, index) => (
          <span
            // A log only grows at its end: the place of a part is who it is.
            key={index}
            className={clsx(
              colours[(part.fg ?? "").replace("bright-", "")],
              part.decorations.includes("bold") && "font-semibold",
              part.decorations.includes("dim") && "text-muted",
              part.decorations.includes("italic") && "italic",
              part.decorations.includes("underline") && "underline",
            )}
          >
            {part.content}
          </span>
        ))}
      </pre>
    </section>
  );
}
