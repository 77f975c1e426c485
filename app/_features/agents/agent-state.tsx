"use client";

import Link from "next/link";
import { taskHref } from "#app/_shell/rooms.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { useNow } from "#app/_ui/clock.ts";
import { duration } from "#app/_ui/format.ts";
import { LiveDot } from "#app/_ui/live-dot.tsx";
import { Age, RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Agent } from "#server/agents/schema.ts";
import { faceOfAgent } from "./agent-face.ts";
import { comesByKey } from "./agent-words.ts";

/** Seen less than this ago, an agent without work is there and waits for some. */
const presentWithinMs = 90_000;

/** Working, waiting, idle, silent, paused, never seen: a dot and the word, with since when where that matters. */
export function AgentState({ agent }: { agent: Agent }) {
  const now = useNow(10);
  const face = faceOfAgent(agent);
  if (face === "archived") return <Badge>Archived</Badge>;
  if (face === "paused") return <Badge tone="warning">{agent.paused?.mode === "hard" ? "Stopped" : "Paused"}</Badge>;
  if (face === "silent" && agent.silentSince) {
    return (
      <Words dot={<LiveDot state="lost" label="Silent" />}>
        Silent for <Age since={agent.silentSince} label="Silent for" />
      </Words>
    );
  }
  if (face === "working") {
    return <Words dot={<LiveDot state="held" label="Holds a task" />}>Working{onTasks(agent)}</Words>;
  }
  if (face === "waiting") {
    return <Words dot={<LiveDot state="idle" label="Waits" />}>Waits for an answer{onTasks(agent)}</Words>;
  }
  if (!comesByKey(agent)) return <Words dot={<LiveDot state="idle" />}>Started here when there is work</Words>;
  if (face === "never" || agent.lastSeenAt === null)
    return <Words dot={<LiveDot state="idle" />}>Never connected</Words>;
  const isPresent = now !== null && now - new Date(agent.lastSeenAt).getTime() < presentWithinMs;
  return <Words dot={<LiveDot state="idle" />}>{isPresent ? "Idle, waits for work" : "Idle"}</Words>;
}

/** The tasks an agent holds: since when, and when the lease ends unless it gives a sign of life. */
export function AgentHolds({ orgSlug, agent }: { orgSlug: string; agent: Agent }) {
  return (
    <ul className="flex flex-col gap-1">
      {agent.holds.map((held) => (
        <li key={held.leaseId} className="flex min-w-0 flex-wrap items-center gap-x-2 text-app">
          <Link
            href={taskHref(orgSlug, held.number)}
            className="flex min-w-0 items-center gap-1.5 rounded-sm hover:underline"
          >
            <span className="font-mono text-small text-faint">#{held.number}</span>
            <span className="truncate">{held.title}</span>
          </Link>
          <span className="text-small text-muted">
            for <Age since={held.since} label="Held for" />
            {held.expiresAt ? <LeaseEnd at={held.expiresAt} /> : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Of long leases. One of seconds is renewed all the time, and that it was is no event: what the page knows of it is over. */
function LeaseEnd({ at }: { at: string }) {
  const now = useNow(10);
  const left = now === null ? 0 : (new Date(at).getTime() - now) / 1000;
  if (left < 60) return null;
  return (
    <time dateTime={at} title={at}>
      {` · lease ends in ${duration(left)} without a sign of life`}
    </time>
  );
}

/** When an agent last gave a sign of life; one that is started here for its work is not there in between. */
export function LastSeen({ agent }: { agent: Agent }) {
  const isOurs = !comesByKey(agent);
  if (agent.lastSeenAt === null) return <span>{isOurs ? "It had no work yet" : "Never seen"}</span>;
  return (
    <span>
      {isOurs ? "Last worked" : "Seen"} <RelativeTime at={agent.lastSeenAt} />
    </span>
  );
}

function Words({ dot, children }: { dot: React.ReactNode; children: React.ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1 text-app whitespace-nowrap">
      {dot}
      {children}
    </span>
  );
}

/** One task stands beside it by its name. */
const onTasks = ({ holds }: Agent) => (holds.length === 1 ? "" : ` on ${holds.length} tasks`);
