import { describe, expect, it } from "vitest";
import type { Chunk, SessionUpdate } from "#server/sessions/schema.ts";
import { emptyTranscript, foldChunks, pendingAsks, withoutLastError } from "./transcript.ts";

const said = (...updates: SessionUpdate[]): Chunk[] =>
  updates.map((update, index) => ({
    ...{ seq: index + 1, turn: 1, update },
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
  }));

const tool = { kind: "tool", id: "t1", title: "Write notes.md", toolKind: "edit" } as const;

describe("a conversation", () => {
  it("joins text that comes in pieces, and begins anew after something else", () => {
    const { entries } = foldChunks(
      emptyTranscript,
      said(
        { kind: "text", text: "Hel" },
        { kind: "text", text: "lo" },
        { kind: "thought", text: "hm" },
        { kind: "text", text: "!" },
      ),
    );
    expect(entries.map((one) => ("text" in one ? [one.kind, one.text] : one.kind))).toEqual([
      ["text", "Hello"],
      ["thought", "hm"],
      ["text", "!"],
    ]);
  });

  it("is the same whether pieces come one by one, together, or twice", () => {
    const chunks = said(
      { kind: "user", text: "Write it", by: "Olga" },
      { kind: "turn", state: "started" },
      { ...tool, status: "pending", input: { path: "notes.md" } },
      { kind: "permission", requestId: "r1", toolId: "t1", title: tool.title, status: "pending" },
      { kind: "permission", requestId: "r1", toolId: "t1", title: tool.title, status: "allowed" },
      { ...tool, status: "completed", output: "written", durationMs: 20 },
      { kind: "usage", inputTokens: 10, outputTokens: 2, costMicros: 30 },
      { kind: "text", text: "Done." },
      { kind: "turn", state: "ended", stopReason: "end_turn" },
    );
    const together = foldChunks(emptyTranscript, chunks);
    const oneByOne = chunks.reduce((so, chunk) => foldChunks(so, [chunk]), emptyTranscript);
    const twice = foldChunks(foldChunks(emptyTranscript, chunks.slice(0, 6)), chunks);
    expect(oneByOne).toEqual(together);
    expect(twice).toEqual(together);
    expect(together.usage).toEqual({ inputTokens: 10, outputTokens: 2, costMicros: 30 });
  });

  it("keeps of a tool what its updates leave out", () => {
    const { entries } = foldChunks(
      emptyTranscript,
      said(
        { ...tool, status: "running", input: { path: "a" }, diff: [{ path: "a", before: null, after: "x" }] },
        { ...tool, title: "", toolKind: "other", status: "failed", output: "disk full", durationMs: 5 },
      ),
    );
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      ...{
        key: "1",
        title: "Write notes.md",
        status: "failed",
        input: { path: "a" },
        output: "disk full",
        durationMs: 5,
      },
      diff: [{ path: "a", after: "x" }],
    });
  });

  it("keeps a number of a tool that is used again, in another turn or the same, apart from its first use", () => {
    const ask = { kind: "permission", toolId: "t1", title: "Write" } as const;
    const used = (requestId: string): SessionUpdate[] => [
      { ...tool, title: requestId, status: "pending" },
      { ...ask, requestId, status: "pending" },
      { ...ask, requestId, status: "allowed" },
      { ...tool, title: "", status: "completed", output: requestId },
    ];
    const chunks = [...used("r1"), ...used("r2"), ...used("r3")].map((update, index) => ({
      ...{ seq: index + 1, turn: index < 8 ? 1 : 2, at: "", update },
    }));
    const { entries } = foldChunks(emptyTranscript, chunks);
    expect(entries).toMatchObject(
      ["r1", "r2", "r3"].map((requestId) => ({
        ...{ kind: "tool", title: requestId, output: requestId, status: "completed" },
        permission: { requestId, status: "allowed" },
      })),
    );
    const waiting = foldChunks(emptyTranscript, chunks.slice(0, 10));
    expect(pendingAsks(waiting)).toEqual([{ requestId: "r3", key: "9" }]);
  });

  it("counts of a fork what it used itself, not what the session used that it comes from", () => {
    const update = { kind: "usage", inputTokens: 10, outputTokens: 2, costMicros: 30 } as const;
    const { usage } = foldChunks(emptyTranscript, [
      { seq: 1, turn: 0, at: "", update },
      { seq: 2, turn: 1, at: "", update: { ...update, costMicros: 7 } },
    ]);
    expect(usage).toEqual({ inputTokens: 10, outputTokens: 2, costMicros: 7 });
  });

  it("leaves out the failure at its end that the page tells above it, and no other", () => {
    const failed = foldChunks(
      emptyTranscript,
      said({ kind: "text", text: "Hm" }, { kind: "error", message: "No disk" }),
    );
    expect(withoutLastError(failed, "No disk").entries.map(({ kind }) => kind)).toEqual(["text"]);
    expect(withoutLastError(failed, "Another")).toBe(failed);
    expect(withoutLastError(failed, null)).toBe(failed);
  });

  it("keeps the names of what was added to a message", () => {
    const { entries } = foldChunks(
      emptyTranscript,
      said({ kind: "user", text: "See", by: "Olga", files: ["a.png"] }, { kind: "user", text: "And", by: "Olga" }),
    );
    expect(entries).toMatchObject([{ files: ["a.png"] }, { files: [] }]);
  });

  it("asks beside the tool that waits, and no more once it is answered", () => {
    const ask = { kind: "permission", requestId: "r1", toolId: "t1", title: "Write" } as const;
    const asked = foldChunks(emptyTranscript, said({ ...tool, status: "pending" }, { ...ask, status: "pending" }));
    expect(pendingAsks(asked)).toEqual([{ requestId: "r1", key: "1" }]);
    const answered = foldChunks(asked, [{ seq: 3, turn: 1, at: "", update: { ...ask, status: "denied" } }]);
    expect(pendingAsks(answered)).toEqual([]);
    expect(answered.entries).toHaveLength(1);
  });

  it("asks no more once its turn was broken off, so that what the next turn asks can be answered", () => {
    const ask = { kind: "permission", title: "Write", status: "pending" } as const;
    const asked = said(
      { ...tool, status: "pending" },
      { ...ask, requestId: "r1", toolId: "t1" },
      { kind: "turn", state: "ended", stopReason: "interrupted" },
      { ...tool, id: "t2", status: "pending" },
      { ...ask, requestId: "r2", toolId: "t2" },
    );
    expect(pendingAsks(foldChunks(emptyTranscript, asked))).toMatchObject([{ requestId: "r2" }]);
  });

  it("leaves entries that did not change as the same objects, so that they are not drawn again", () => {
    const before = foldChunks(emptyTranscript, said({ kind: "user", text: "a", by: "o" }, { kind: "text", text: "b" }));
    const after = foldChunks(before, [{ seq: 3, turn: 1, at: "", update: { kind: "text", text: "c" } }]);
    expect(after.entries[0]).toBe(before.entries[0]);
    expect(after.entries[1]).not.toBe(before.entries[1]);
  });

  it("has one plan a turn, renewed in its place", () => {
    const step = (status: "pending" | "completed") =>
      ({ kind: "plan", entries: [{ content: "Look", status }] }) as const;
    const { entries } = foldChunks(
      emptyTranscript,
      said(
        { ...step("pending"), entries: [...step("pending").entries] },
        { kind: "text", text: "…" },
        { ...step("completed"), entries: [...step("completed").entries] },
      ),
    );
    expect(entries.map(({ kind }) => kind)).toEqual(["plan", "text"]);
    expect(entries[0]).toMatchObject({ entries: [{ status: "completed" }] });
  });

  it("says how long a turn took and that files may be different after it", () => {
    const running = foldChunks(emptyTranscript, said({ kind: "turn", state: "started" }));
    expect(running.runningSince).not.toBeNull();
    const ended = foldChunks(
      running,
      said({ kind: "turn", state: "started" }, { kind: "turn", state: "ended", stopReason: "cancelled" }),
    );
    expect(ended.runningSince).toBeNull();
    expect(ended.touched).toBe(running.touched + 1);
    expect(ended.entries.at(-1)).toMatchObject({ kind: "end", seconds: 1, stopReason: "cancelled" });
  });

  it("takes in 5,000 pieces that come one by one", () => {
    const chunks = said(...Array.from({ length: 5_000 }, () => ({ kind: "text", text: "word " }) as const));
    const whole = chunks.reduce((so, chunk) => foldChunks(so, [chunk]), emptyTranscript);
    expect(whole.entries).toHaveLength(1);
    expect(whole.seq).toBe(5_000);
  });
});
