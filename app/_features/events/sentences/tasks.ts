import { taskFaces } from "#app/_ui/statuses.ts";
import type { TaskStatus } from "#db/enums.ts";
import type { EventData } from "#server/events/registry.ts";
import type { Sentence, About, Wording } from "./about.ts";
import { counted, fieldsOf, shortCommit, said } from "./words.ts";

/** Tasks, and what is kept of them, in words. */
export const tasksWording = {
  "task.created": ({ title }, { it }) => ({
    face: "made",
    parts: it === "it" ? ["created the task"] : ["created ", it, " ", { name: title }],
  }),
  "task.updated": (data, { it }) => ({ face: "changed", parts: [`changed the ${fieldsOf(data)} of `, it] }),
  "task.assigned": ({ assignee }, { it, name }) => ({
    face: "assigned",
    parts:
      assignee === null
        ? ["left ", it, " to whoever is free first"]
        : ["assigned ", it, " to ", name(assignee.id, "somebody")],
  }),
  "task.dependency_added": ({ dependsOnId }, { it, task }) => ({
    face: "linked",
    parts: ["made ", it, " wait for ", task(dependsOnId)],
  }),
  "task.dependency_removed": ({ dependsOnId }, { it, task }) => ({
    face: "linked",
    parts: ["let ", it, " no longer wait for ", task(dependsOnId)],
  }),
  "task.claimed": (_, { it }) => ({ face: "claimed", parts: ["claimed ", it] }),
  "task.status_changed": taskMoved,
  "task.pushed": ({ commit }, { it }) => ({
    face: "pushed",
    parts: [`pushed ${shortCommit(commit)}`, ...(it === "it" ? [] : [" for ", it])],
  }),
  "task.archived": (_, { it }) => ({ face: "archived", parts: ["archived ", it] }),
  "task.context_saved": ({ version }, { it }) => ({
    face: "changed",
    parts: [version === 1 ? "left context for " : "renewed the context of ", it],
  }),
  "task.context_adjusted": (_, { it }) => ({ face: "changed", parts: ["changed what the agent will see of ", it] }),
  "learning.recorded": ({ kind, body }) => ({
    face: "made",
    parts: [`kept a ${kind} for later tasks`],
    quote: said(body),
  }),
  "learning.edited": ({ kind, body }) => ({ face: "changed", parts: [`reworded a ${kind}`], quote: said(body) }),
  "learning.removed": () => ({ face: "archived", parts: ["removed something learned"] }),
  "knowledge.added": ({ title }) => ({ face: "made", parts: ["added ", { name: title }, " to the knowledge"] }),
  "knowledge.replaced": ({ title }) => ({ face: "changed", parts: ["renewed ", { name: title }, " in the knowledge"] }),
  "knowledge.removed": () => ({ face: "archived", parts: ["removed something from the knowledge"] }),
  "verification.recorded": ({ verdict, checks, feedback }, { it }) => ({
    face: "gate",
    parts: [
      "checked ",
      it,
      verdict === "passed"
        ? `: ${counted(checks.length, "check")} passed`
        : verdict === "gaps"
          ? ": something is missing"
          : ": a person must look",
    ],
    quote: said(feedback),
    tone: verdict === "passed" ? "success" : "warning",
  }),
  "verification.decided": ({ decision, note }, { it }) => ({
    face: "request",
    parts: [
      {
        retry: "let the agent try again on ",
        skip: "took the result of ",
        fail: "gave up on ",
        take_over: "took over ",
      }[decision],
      it,
      decision === "skip" ? " as it is" : "",
    ],
    quote: said(note),
  }),
  "task.waits_changed": ({ waits }, { it }) =>
    waits[0]
      ? { face: "changed", parts: ["has ", it, " wait: ", waits[0].reason], tone: "warning" }
      : { face: "changed", parts: ["lets ", it, " go on: what it needs is up again"] },
  "task.output_stored": (_, { it }) => ({ face: "changed", parts: ["left a result for ", it] }),
  "worktree.created": (_, { it }) => ({ face: "pushed", parts: ["made a worktree for ", it] }),
  "worktree.removed": ({ discardedCommits }, { it }) => ({
    face: "archived",
    parts: [
      "removed the worktree of ",
      it,
      ...(discardedCommits > 0 ? [` and put ${discardedCommits} unmerged commits aside`] : []),
    ],
  }),
} satisfies Partial<Wording>;

function taskMoved({ to, reason, lease, rework }: EventData<"task.status_changed">, { it }: About): Sentence {
  const quote = said(reason);
  if (lease?.end === "expired") {
    return {
      face: "moved",
      parts: ["put ", it, " back: its holder was not heard of any more"],
      quote,
      tone: "warning",
    };
  }
  if (to === "todo" && rework)
    return { face: "moved", parts: ["sent ", it, " back for rework"], quote, tone: "warning" };
  return { face: "moved", parts: ["moved ", it, ` to “${taskFaces[to].label}”`], quote, tone: tones[to] };
}

const tones: Partial<Record<TaskStatus, Sentence["tone"]>> = { done: "success", failed: "danger", blocked: "warning" };
