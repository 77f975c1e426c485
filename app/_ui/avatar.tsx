import clsx from "clsx";
import { AgentMark } from "./agent-mark.tsx";

type AvatarProps = { name: string; size?: 16 | 20 | 24 | 32; decorative?: boolean };

const sizes = { 16: "size-4 text-[7px]", 20: "size-5 text-[9px]", 24: "size-6 text-[10px]", 32: "size-8 text-small" };

/** A person, by initials. Round, where agents are square. */
export function Avatar({ name, size = 20, decorative = false }: AvatarProps) {
  return (
    <span
      role={decorative ? undefined : "img"}
      aria-label={decorative ? undefined : name}
      aria-hidden={decorative || undefined}
      title={decorative ? undefined : name}
      className={clsx(
        "inline-flex shrink-0 items-center justify-center rounded-full border border-line-strong bg-active leading-none font-semibold text-muted",
        sizes[size],
      )}
    >
      {initials(name)}
    </span>
  );
}

/** Who it is: a person's initials or an agent's mark. */
export function ActorAvatar({ kind, ...rest }: AvatarProps & { kind: "user" | "agent" | "system" }) {
  if (kind === "user") return <Avatar {...rest} />;
  return <AgentMark {...rest} />;
}

/** A team or an organization: a letter on a tile. */
export function TeamMark({ name, small = false }: { name: string; small?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={clsx(
        "inline-flex shrink-0 items-center justify-center rounded-md bg-accent leading-none font-semibold text-accent-ink",
        small ? "size-4 text-[9px]" : "size-6 text-small",
      )}
    >
      {[...name.trim()][0]?.toUpperCase() ?? "·"}
    </span>
  );
}

/** "Ada Lovelace" → "AL"; one word gives its first letter. */
function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._@-]+/u)
    .filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
}
