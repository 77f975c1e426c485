import type { Chunk, SessionUpdate } from "#server/sessions/schema.ts";
import type { FileDiff, PermissionStatus, PlanEntry, QuestionStatus, ToolKind, ToolStatus } from "./session-update.ts";

/** One thing of a conversation as it is shown. `key` stays the same while it grows. */
export type Entry =
  | { kind: "user"; key: string; at: string; text: string; by: string; files: readonly string[] }
  | { kind: "text"; key: string; text: string }
  | { kind: "thought"; key: string; text: string }
  | ToolEntry
  | { kind: "plan"; key: string; turn: number; entries: PlanEntry[] }
  | { kind: "permission"; key: string; requestId: string; title: string; status: PermissionStatus; note?: string }
  | { kind: "question"; key: string; requestId: string; text: string; status: QuestionStatus }
  | { kind: "mode"; key: string; mode: string }
  | { kind: "error"; key: string; message: string }
  | { kind: "end"; key: string; at: string; stopReason: string | null; seconds: number | null };

export type ToolEntry = {
  kind: "tool";
  key: string;
  id: string;
  turn: number;
  title: string;
  toolKind: ToolKind;
  status: ToolStatus;
  input: unknown;
  output: string;
  diff: FileDiff[];
  durationMs: number | null;
  /** What was asked before it might run. */
  permission: { requestId: string; status: PermissionStatus; note?: string } | null;
};

export type Transcript = {
  entries: readonly Entry[];
  /** The newest piece taken in; 0 before the first. */
  seq: number;
  usage: { inputTokens: number; outputTokens: number; costMicros: number };
  mode: string | null;
  /** When the turn that runs began; null while none does. */
  runningSince: string | null;
  /** Grows with everything after which the files may be different. */
  touched: number;
};

export const emptyTranscript: Transcript = {
  entries: [],
  seq: 0,
  usage: { inputTokens: 0, outputTokens: 0, costMicros: 0 },
  mode: null,
  runningSince: null,
  touched: 0,
};

/**
 * A conversation with the pieces that came after it. Pieces that are known already change nothing, so a stream may tell
 * them twice; entries that did not change stay the same objects, so only what grew is drawn again.
 */
export function foldChunks(transcript: Transcript, chunks: readonly Chunk[]): Transcript {
  const fresh = chunks.filter(({ seq }) => seq > transcript.seq);
  if (fresh.length === 0) return transcript;
  const next = { ...transcript, entries: [...transcript.entries] };
  for (const chunk of fresh) {
    if (chunk.seq <= next.seq) continue;
    next.seq = chunk.seq;
    take(next, chunk);
  }
  return next;
}

type Draft = Omit<Transcript, "entries"> & { entries: Entry[] };

function take(draft: Draft, { seq, turn, at, update }: Chunk): void {
  const key = String(seq);
  switch (update.kind) {
    case "user":
      draft.entries.push({ kind: "user", key, at, text: update.text, by: update.by, files: update.files ?? [] });
      return;
    case "text":
    case "thought":
      return grow(draft, key, update);
    case "tool":
      return takeTool(draft, key, turn, update);
    case "plan":
      return put(
        draft,
        { kind: "plan", key, turn, entries: update.entries },
        (one) => one.kind === "plan" && one.turn === turn,
      );
    case "permission":
      return takePermission(draft, key, turn, update);
    case "question": {
      const { requestId, text, status } = update;
      return put(
        draft,
        { kind: "question", key, requestId, text, status },
        (one) => one.kind === "question" && one.requestId === requestId,
      );
    }
    case "usage":
      // What a fork has of the session it comes from stands in its turn 0, and was paid there.
      if (turn > 0) draft.usage = addUsage(draft.usage, update);
      return;
    case "mode":
      if (draft.mode !== null && draft.mode !== update.mode)
        draft.entries.push({ kind: "mode", key, mode: update.mode });
      draft.mode = update.mode;
      return;
    case "error":
      draft.entries.push({ kind: "error", key, message: update.message });
      return;
    case "turn":
      return takeTurn(draft, key, at, update);
    default:
      update satisfies never;
  }
}

/** Text goes on where it stopped, unless something else came between. */
function grow(draft: Draft, key: string, { kind, text }: { kind: "text" | "thought"; text: string }): void {
  const last = draft.entries.at(-1);
  if (last?.kind === kind) draft.entries[draft.entries.length - 1] = { ...last, text: last.text + text };
  else if (text !== "") draft.entries.push({ kind, key, text });
}

function takeTool(draft: Draft, key: string, turn: number, update: Extract<SessionUpdate, { kind: "tool" }>): void {
  const at = toolAt(draft, turn, update.id);
  const known = draft.entries[at];
  // What has ended does not wait again: that is another use of a tool under a number that was used before.
  const isAnother = update.status === "pending" && known?.kind === "tool" && hasEnded(known);
  const before = known?.kind === "tool" && !isAnother ? known : undefined;
  const isEnded = hasEnded(update);
  // Only the first word about a tool says what it does with things; later ones may be silent about it.
  const toolKind = update.toolKind === "other" ? (before?.toolKind ?? "other") : update.toolKind;
  if (isEnded && before?.status !== update.status && changesFiles.has(toolKind)) draft.touched += 1;
  const entry: ToolEntry = {
    kind: "tool",
    key: before?.key ?? key,
    id: update.id,
    turn,
    title: update.title || before?.title || "",
    toolKind,
    status: update.status,
    // An update says only what is new: what it leaves out is as it was.
    input: update.input ?? before?.input,
    output: update.output ?? before?.output ?? "",
    diff: update.diff ?? before?.diff ?? [],
    durationMs: update.durationMs ?? before?.durationMs ?? null,
    permission: before?.permission ?? null,
  };
  if (before) draft.entries[at] = entry;
  else draft.entries.push(entry);
}

/** Some models count the uses of a tool anew in every answer: a number stands for one within its turn alone. */
const toolAt = (draft: Draft, turn: number, id: string) =>
  draft.entries.findLastIndex((one) => one.kind === "tool" && one.turn === turn && one.id === id);

const hasEnded = ({ status }: { status: ToolStatus }) => status === "completed" || status === "failed";

const changesFiles: ReadonlySet<ToolKind> = new Set<ToolKind>(["edit", "delete", "move", "execute", "other"]);

/** A permission stands with the tool that waits for it; one whose tool is not told stands alone. */
function takePermission(
  draft: Draft,
  key: string,
  turn: number,
  update: Extract<SessionUpdate, { kind: "permission" }>,
): void {
  const { requestId, toolId, title } = update;
  const became = { status: update.status, ...(update.note ? { note: update.note } : {}) };
  const at = toolAt(draft, turn, toolId);
  const tool = draft.entries[at];
  if (tool?.kind === "tool") draft.entries[at] = { ...tool, permission: { requestId, ...became } };
  else
    put(
      draft,
      { kind: "permission", key, requestId, title, ...became },
      (one) => one.kind === "permission" && one.requestId === requestId,
    );
}

function takeTurn(
  draft: Draft,
  key: string,
  at: string,
  { state, stopReason }: Extract<SessionUpdate, { kind: "turn" }>,
): void {
  if (state === "started") {
    draft.runningSince = at;
    return;
  }
  const seconds = draft.runningSince ? (Date.parse(at) - Date.parse(draft.runningSince)) / 1000 : null;
  draft.runningSince = null;
  draft.touched += 1;
  // Nobody waits any more for what a turn asked that is over; asked again, it is told again.
  draft.entries = draft.entries.map(withoutWaiting);
  draft.entries.push({ kind: "end", key, at, stopReason: stopReason ?? null, seconds });
}

function withoutWaiting(entry: Entry): Entry {
  if (entry.kind === "permission" && entry.status === "pending") return { ...entry, status: "expired" };
  if (entry.kind !== "tool" || entry.permission?.status !== "pending") return entry;
  return { ...entry, permission: { ...entry.permission, status: "expired" } };
}

/** In the place of the one it renews, or at the end. */
function put(draft: Draft, entry: Entry, isSame: (one: Entry) => boolean): void {
  const at = draft.entries.findLastIndex(isSame);
  const known = draft.entries[at];
  if (known) draft.entries[at] = { ...entry, key: known.key };
  else draft.entries.push(entry);
}

function addUsage(so: Transcript["usage"], more: Transcript["usage"]): Transcript["usage"] {
  return {
    inputTokens: so.inputTokens + more.inputTokens,
    outputTokens: so.outputTokens + more.outputTokens,
    costMicros: so.costMicros + more.costMicros,
  };
}

/** The conversation without the failure at its end that is told above it already. */
export function withoutLastError(transcript: Transcript, told: string | null): Transcript {
  const last = transcript.entries.at(-1);
  return last?.kind === "error" && told && last.message.startsWith(told)
    ? { ...transcript, entries: transcript.entries.slice(0, -1) }
    : transcript;
}

/** What a person is asked now, the oldest first. */
export function pendingAsks(transcript: Transcript): { requestId: string; key: string }[] {
  return transcript.entries.flatMap((entry) => {
    const ask =
      entry.kind === "tool"
        ? entry.permission
        : entry.kind === "permission" || entry.kind === "question"
          ? entry
          : null;
    return ask?.status === "pending" ? [{ requestId: ask.requestId, key: entry.key }] : [];
  });
}
