import type { ChannelInfo } from "#server/channels/schema.ts";

/** A channel as lists and pages show it. */
export type ListedChannel = Omit<ChannelInfo, "schema" | "grants">;

/** Who may speak and who may hear, in a sentence. */
export function rulesOf({ kind, owner, locked }: Pick<ListedChannel, "kind" | "owner" | "locked">): string {
  if (kind === "public") return "Everybody of the organization publishes and listens here.";
  if (kind === "system") return "The server publishes here; everybody of the organization listens.";
  return locked
    ? `Only ${owner ?? "its owner"} publishes here. It is locked: only those ${owner ?? "the owner"} granted listen.`
    : `Only ${owner ?? "its owner"} publishes here; everybody of the organization listens.`;
}

/** How long and how much is kept. */
export function keepsOf({ keeps }: Pick<ListedChannel, "keeps">): string {
  if (!keeps) return "Messages are gone after a minute.";
  return `The last ${keeps.count} messages are kept for ${periodOf(keeps.seconds)}.`;
}

/** Seconds in the largest unit that divides them: "an hour", "7 days". */
export function periodOf(seconds: number): string {
  const [size, one, many] = units.find(([each]) => seconds % each === 0) ?? units[units.length - 1] ?? [1, "", ""];
  const count = seconds / size;
  return count === 1 ? one : `${count} ${many}`;
}

const units: readonly (readonly [number, string, string])[] = [
  [86_400, "a day", "days"],
  [3_600, "an hour", "hours"],
  [60, "a minute", "minutes"],
  [1, "a second", "seconds"],
];

/** How much is said, for a row of a list. */
export function rateOf({ lastHour }: Pick<ListedChannel, "lastHour">): string {
  if (lastHour === 0) return "quiet";
  return lastHour >= 120 ? `${Math.round(lastHour / 60)} a minute` : `${lastHour} in the last hour`;
}

/** What one does in a terminal to publish and to listen. */
export function terminalLines(channel: string, origin: string, mayPublish: boolean): { title: string; code: string }[] {
  const json = '{"text":"Hello"}';
  const body = JSON.stringify({ channel, payload: { text: "Hello" } });
  const publish = {
    title: "Publish",
    code: [
      `npx entourage pub ${channel} '${json}'`,
      "",
      `curl -sS ${origin}/api/publish -H "authorization: Bearer $KEY" \\`,
      `  -H "content-type: application/json" -d '${body}'`,
    ].join("\n"),
  };
  const listen = {
    title: "Listen",
    code: [
      `npx entourage sub ${channel}`,
      "",
      `curl -sS ${origin}/api/v1/read_channel -H "authorization: Bearer $KEY" \\`,
      `  -H "content-type: application/json" -d '${JSON.stringify({ channels: [{ channel, since: 0 }] })}'`,
    ].join("\n"),
  };
  return mayPublish ? [publish, listen] : [listen];
}
