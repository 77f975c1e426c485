import clsx from "clsx";

const names: Record<string, string> = {
  mod: "⌘",
  shift: "⇧",
  alt: "⌥",
  enter: "↵",
  escape: "Esc",
  space: "Space",
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
};

// Keyboards without Apple's signs print these as words.
const words: Record<string, string> = { mod: "Ctrl", shift: "Shift", alt: "Alt" };

/** Keys as they are pressed: `"g b"` is a sequence, `"mod+k"` a chord. Not shown where a finger points: there are none. */
export function Kbd({ keys, tone = "plain" }: { keys: string; tone?: "plain" | "inverse" }) {
  return (
    <span className="inline-flex items-center gap-0.5 coarse:hidden" suppressHydrationWarning>
      {keys.split(" ").map((stroke, index) => (
        <kbd
          // A sequence may press one key twice; the place tells the two apart.
          key={`${index}-${stroke}`}
          suppressHydrationWarning
          className={clsx(
            "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border px-1 font-sans text-micro font-medium",
            tone === "inverse" ? "border-current/40 text-current" : "border-line bg-sunken text-muted",
          )}
        >
          {stroke
            .split("+")
            .map(keyName)
            .join(isApple() ? "" : "+")}
        </kbd>
      ))}
    </span>
  );
}

function keyName(key: string): string {
  const lower = key.toLowerCase();
  if (!isApple() && lower in words) return words[lower] ?? key;
  return names[lower] ?? (key.length === 1 ? key.toUpperCase() : key);
}

function isApple(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
}
