import type { Query, QueryClient, QueryKey } from "@tanstack/react-query";
import type { z } from "zod";
import type { Frame, SessionLine } from "#server/realtime/schema.ts";
import type { sessionsAtWork } from "#server/sessions/schema.ts";
import type { Board, Card, graph, TaskDetail, taskPage } from "#server/tasks/schema.ts";
import { patchAtWork, patchBoard, patchGraph, patchTask, patchTaskPage } from "./patches.ts";

const refetchAfterMs = 250;
const refetchWithinMs = 1_000;
const keptCards = 2_000;

/** What tRPC's client keeps as key: the path in the router, and the input. */
interface Asked {
  path: string;
  input: Record<string, unknown>;
}

/**
 * Keeps every query in the cache at what frames tell: boards, graphs and tasks are patched from the cards, all else that
 * a frame concerns is read again, soon and not more often than once a second. An answer that was on its way while
 * frames came in gets their cards applied once more.
 */
export class LiveCache {
  private readonly client: QueryClient;
  private readonly cards = new Map<string, { seq: number; card: Card }>();
  private readonly outdated = new Map<string, QueryKey>();
  private readonly stopListening: () => void;
  /** Cards of every frame after this one are kept; what was read before it must be read again. */
  private keptSince: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private firstAskedAt = 0;

  constructor(client: QueryClient, since: number) {
    this.client = client;
    this.keptSince = since;
    this.stopListening = client.getQueryCache().subscribe((event) => {
      const query = client.getQueryCache().get(event.query.queryHash);
      const isRead = event.type === "updated" && event.action.type === "success" && !event.action.manual;
      if (query && (isRead || event.type === "added")) this.renew(query);
    });
    for (const query of client.getQueryCache().getAll()) this.renew(query);
  }

  stop(): void {
    this.stopListening();
    clearTimeout(this.timer);
  }

  /** Takes in frames that came together: each query is written once. */
  apply(frames: readonly Frame[]): void {
    const fresh = new Map<string, Card>();
    for (const frame of frames) for (const card of frame.cards ?? []) this.keep(frame.seq, card, fresh);
    this.forgetOldest();
    const changed = [...fresh.values()];
    for (const query of this.client.getQueryCache().getAll()) {
      const asked = readKey(query.queryKey);
      if (!asked || query.state.data === undefined) continue;
      const isPatched = changed.length === 0 || this.patch(query, asked, changed);
      if (frames.some((frame) => isAsked(asked, frame)))
        void this.client.invalidateQueries({ queryKey: query.queryKey, exact: true });
      else if (!isPatched || frames.some((frame) => mustReadAgain(query, asked, frame))) this.outdate(query);
    }
  }

  /** Takes in what agents do now; a session that is not known yet is read with the others. */
  tell(lines: readonly SessionLine[]): void {
    for (const query of this.client.getQueryCache().getAll()) {
      const { data, dataUpdatedAt } = query.state;
      if (readKey(query.queryKey)?.path !== atWork || !holds<z.output<typeof sessionsAtWork>>(data, "sessions"))
        continue;
      const patched = patchAtWork(data, lines);
      if (patched === undefined) this.outdate(query);
      else if (patched !== data) this.client.setQueryData(query.queryKey, patched, { updatedAt: dataUpdatedAt });
    }
  }

  /** Everything may be different: reads again what is on the page, and the rest when it is looked at. */
  reset(): void {
    this.cards.clear();
    void this.client.invalidateQueries();
  }

  private keep(seq: number, card: Card, fresh: Map<string, Card>): void {
    const known = this.cards.get(card.id);
    if (known && known.seq > seq) return;
    this.cards.delete(card.id);
    this.cards.set(card.id, { seq, card });
    fresh.set(card.id, card);
  }

  private forgetOldest(): void {
    for (const [id, { seq }] of this.cards) {
      if (this.cards.size <= keptCards) return;
      this.cards.delete(id);
      this.keptSince = Math.max(this.keptSince, seq);
    }
  }

  /** Writes cards into a query's data. Returns false where it must be read again instead. */
  private patch(query: Query, { path, input }: Asked, cards: readonly Card[]): boolean {
    const patched = patchData(path, input, query.state.data, cards);
    if (patched === undefined) return false;
    if (patched !== query.state.data) {
      const { dataUpdatedAt, fetchStatus } = query.state;
      this.client.setQueryData(query.queryKey, patched, { updatedAt: dataUpdatedAt });
      // An answer without a number that is on its way may be older than these cards.
      return fetchStatus === "idle" || isNumbered(patched);
    }
    return true;
  }

  private renew(query: Query): void {
    const asked = readKey(query.queryKey);
    const { data } = query.state;
    if (!asked || !isNumbered(data)) return;
    if (data.seq < this.keptSince) return this.outdate(query);
    const newer = [...this.cards.values()].filter(({ seq }) => seq > data.seq).map(({ card }) => card);
    if (newer.length > 0 && !this.patch(query, asked, newer)) this.outdate(query);
  }

  private outdate(query: Query): void {
    if (this.outdated.size === 0) this.firstAskedAt = Date.now();
    this.outdated.set(query.queryHash, query.queryKey);
    const leftMs = this.firstAskedAt + refetchWithinMs - Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.readAgain(), Math.max(0, Math.min(refetchAfterMs, leftMs)));
  }

  private readAgain(): void {
    const keys = [...this.outdated.values()];
    this.outdated.clear();
    for (const queryKey of keys) void this.client.invalidateQueries({ queryKey, exact: true });
  }
}

/** The data with the cards in it; the same object when none concerns it; undefined when it must be read again. */
function patchData(path: string, input: Asked["input"], data: unknown, cards: readonly Card[]): unknown {
  const ours = cards.filter(({ teamId }) => typeof input.teamId !== "string" || input.teamId === teamId);
  if (ours.length === 0) return data;
  if (path === "tasks.board" && holds<Board>(data, "columns")) {
    return isFiltered(input) ? undefined : fold(data, ours, patchBoard);
  }
  if (path === "tasks.graph" && holds<z.output<typeof graph>>(data, "nodes")) {
    return isFiltered(input) ? undefined : fold(data, ours, patchGraph);
  }
  if (path === "tasks.list") {
    return holds<z.output<typeof taskPage>>(data, "tasks") ? fold(data, ours, patchTaskPage) : undefined;
  }
  if (path === "tasks.get" && holds<{ task: TaskDetail }>(data, "task")) {
    return fold(data, ours, ({ task }, card) => ({ task: patchTask(task, card) }));
  }
  return data;
}

/** What a procedure answers is known by its path; the key only makes sure that it is not a page of pages. */
const holds = <Data extends object>(data: unknown, key: keyof Data): data is Data =>
  typeof data === "object" && data !== null && key in data;

function fold<Data>(data: Data, cards: readonly Card[], patch: (data: Data, card: Card) => Data | undefined) {
  return cards.reduce<Data | undefined>((so, card) => (so === undefined ? undefined : patch(so, card)), data);
}

/** Somebody waits for a person, or does not any more: the inbox shows it at once. */
const isAsked = ({ path }: Asked, { type }: Frame) => path.startsWith("requests.") && /^(request|policy)\./.test(type);

/** What of other events can change what waits for a person. */
const movesInbox = ({ type }: Frame) => /^(task\.(status|dep|claimed|arch)|review\.|team\.|agent\.)/.test(type);

const atWork = "sessions.atWork";

/** Nouns that only events of their own, and of what they are made of, change. */
const ownEvents: readonly [string, RegExp][] = [
  ["templates.", /^template\./],
  ["schedules.", /^(schedule|template)\./],
  ["quotas.", /^(quota|session|usage)\./],
  ["reports.", /^report\./],
  [atWork, /^session\./],
];

/** Whether a frame says something of this query that its cards do not. */
function mustReadAgain(query: Query, { path, input }: Asked, frame: Frame): boolean {
  if (frame.extra && frame.type.startsWith("team.")) return /^(teams|agents)\./.test(path);
  if (frame.extra || path === "events.list" || path.startsWith("platform.") || path.startsWith("realtime."))
    return false;
  // What is said on channels is no event; what is decided about them is.
  if (path.startsWith("channels.") && !/^(channel|handle)\./.test(frame.type)) return false;
  // Files are no events: whoever shows them hears of them from the session, and reading them costs a sandbox.
  if (/^workspace(Files|Git)\./.test(path) || path.startsWith("agentInstalls.")) return false;
  if (path.startsWith("workspaces.") && !frame.type.startsWith("workspace.")) return false;
  if (path.startsWith("sessions.") && !/^(session|usage|request)\./.test(frame.type)) return false;
  if (path.startsWith("preferences.")) return false;
  const [, own] = ownEvents.find(([noun]) => path.startsWith(noun)) ?? [];
  if (own && !own.test(frame.type)) return false;
  if (path.startsWith("messages.") && !frame.type.startsWith("message.")) return false;
  if (typeof input.teamId === "string" && frame.teamId !== null && frame.teamId !== input.teamId) return false;
  const isOfTask = frame.taskId !== null;
  if (path.startsWith("requests.")) return movesInbox(frame);
  if (path === "tasks.board" || path === "tasks.graph") {
    const movesEdges = path === "tasks.graph" && frame.type.startsWith("task.dependency_");
    return movesEdges || (isOfTask && frame.reference === true) || renamesWhatCardsShow(frame);
  }
  if (typeof input.task !== "string") return true;
  return renamesWhatCardsShow(frame) || (isOfTask && names(query, input.task, frame));
}

/** Cards show the names of agents and people, and what stops ready work: money, a paused plan. */
const renamesWhatCardsShow = ({ type }: Frame) =>
  /^((agent|repo|team)\.(updated|archived)|budget\.(set|removed|exhausted)|plan\.status_changed)$/.test(type);

function names(query: Query, ref: string, { taskId, taskNumber }: Frame): boolean {
  const data: unknown = query.state.data;
  const held = typeof data === "object" && data !== null && "task" in data ? data.task : undefined;
  const isHeld = typeof held === "object" && held !== null && "id" in held && held.id === taskId;
  return isHeld || ref === taskId || ref.replace("#", "") === String(taskNumber);
}

function isFiltered({ q, assigneeId, repoId, priority, tag, archived }: Asked["input"]): boolean {
  return (
    [q, assigneeId, repoId, tag].some((value) => value !== undefined && value !== "") ||
    priority !== undefined ||
    archived === true
  );
}

function isNumbered(data: unknown): data is { seq: number } {
  return typeof data === "object" && data !== null && "seq" in data && typeof data.seq === "number";
}

function readKey(key: QueryKey): Asked | undefined {
  const [path, options] = key;
  if (!Array.isArray(path)) return undefined;
  const input: unknown = typeof options === "object" && options !== null && "input" in options ? options.input : {};
  return { path: path.join("."), input: { ...(typeof input === "object" ? input : {}) } };
}
