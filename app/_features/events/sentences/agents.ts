import { roleWords, runtimeWords } from "#app/_features/agents/agent-words.ts";
import type { EventData } from "#server/events/registry.ts";
import type { Sentence, About, Wording } from "./about.ts";
import { counted, fieldsOf, afterPause, durationWords, said } from "./words.ts";

/** Agents and what they work with, in words. */
export const agentsWording = {
  "agent.created": ({ name, role, runtime }) => ({
    face: "agent",
    parts: [
      "added the agent ",
      { name },
      `, ${roleWords[role].label.toLowerCase()}, ${runtimeWords[runtime].label.toLowerCase()}`,
    ],
  }),
  "agent.updated": agentUpdated,
  "agent.paused": ({ reason, mode }, { subject }) => ({
    face: "paused",
    parts: [mode === "hard" ? "stopped " : "paused ", subject("an agent")],
    quote: said(reason),
    tone: "warning",
  }),
  "agent.resumed": (data, { subject }) => ({
    face: "resumed",
    parts: ["let ", subject("an agent"), " work again", afterPause(data)],
    tone: "success",
  }),
  "agent.went_silent": (_, { subject }) => ({
    face: "agent",
    parts: ["noticed that ", subject("an agent"), " gives no sign of life"],
    tone: "warning",
  }),
  "agent.returned": ({ silentSeconds }, { subject }) => ({
    face: "agent",
    parts: ["heard of ", subject("an agent"), ` again after ${durationWords(silentSeconds)}`],
  }),
  "sandbox.stopped": ({ name }) => ({ face: "agent", parts: ["stopped the sandbox of ", { name }], tone: "warning" }),
  "sandbox.removed": ({ name }) => ({ face: "agent", parts: ["removed the sandbox of ", { name }], tone: "warning" }),
  "cache.cleared": ({ name }) => ({ face: "repo", parts: ["emptied the caches of ", { name }] }),
  "mcp_server.added": ({ name }) => ({ face: "webhook", parts: ["attached the MCP server ", { name }] }),
  "mcp_server.updated": (data, { subject }) => ({
    face: "changed",
    parts: [`changed the ${fieldsOf(data)} of `, subject("an MCP server")],
  }),
  "mcp_server.tools_accepted": ({ tools }, { subject }) => ({
    face: "assigned",
    parts: [`accepted ${counted(Object.keys(tools).length, "tool")} of `, subject("an MCP server")],
  }),
  "mcp_server.offered": ({ to }, { subject }) => ({
    face: "assigned",
    parts: [
      "offered ",
      subject("an MCP server"),
      to === null
        ? " to everybody"
        : ` to ${counted(to.agentIds.length, "agent")} and ${counted(to.sessionIds.length, "session")}`,
    ],
  }),
  "mcp_server.removed": (_, { subject }) => ({ face: "archived", parts: ["detached ", subject("an MCP server")] }),
  "credential.saved": ({ provider, status, userId }) => ({
    face: "key",
    parts: [
      userId ? "saved a key of their own for models of " : "saved a key for models of ",
      { name: provider },
      status === "refused" ? ", which does not work" : "",
    ],
  }),
  "credential.sign_in_offered": ({ provider }) => ({
    face: "key",
    parts: ["lets people sign in at ", { name: provider }, " with a code"],
  }),
  "credential.sign_in_withdrawn": ({ provider }) => ({
    face: "key",
    parts: ["lets nobody sign in at ", { name: provider }, " with a code any more"],
  }),
  "credential.refused": ({ provider, problem }) => ({
    face: "key",
    parts: ["was refused by ", { name: provider }, ": its key does not count any more"],
    quote: said(problem),
    tone: "danger",
  }),
  "credential.model_gone": ({ provider, model }) => ({
    face: "key",
    parts: ["was told by ", { name: provider }, " that there is no model ", { name: model }],
    tone: "warning",
  }),
  "credential.removed": ({ provider, userId }) => ({
    face: "key",
    parts: [
      userId ? "removed a member's own key for models of " : "removed the key for models of ",
      { name: provider },
    ],
    tone: "warning",
  }),
  "model_routing.set": (_data, { subject }) => ({
    face: "changed",
    parts: ["changed which models the work of ", subject("a team"), " goes to"],
  }),
} satisfies Partial<Wording>;

function agentUpdated(data: EventData<"agent.updated">, { subject }: About): Sentence {
  const who = subject("an agent");
  if (data.status === "paused") return { face: "paused", parts: ["paused ", who], tone: "warning" };
  if (data.status === "active") return { face: "resumed", parts: ["let ", who, " work again"], tone: "success" };
  if (data.status === "archived") return { face: "archived", parts: ["archived ", who] };
  return { face: "agent", parts: [`changed the ${fieldsOf(data)} of `, who] };
}
