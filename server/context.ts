import type { ActorRef } from "#db/columns.ts";
import type { Db, Tx } from "#db/client.ts";
import type { ActorKind, AgentRole, AgentRuntime, OrgRole } from "#db/enums.ts";
import type { AccessWatch } from "./auth/access-watch.ts";
import type { EventStreams } from "./event-streams/hub.ts";
import type { Cause, PendingEvent } from "./events/registry.ts";
import type { Answers } from "./human-requests/waiting.ts";
import type { Listening } from "./channels/listening.ts";
import type { Parking } from "./dispatch/parking.ts";
import type { Hint, Wake } from "./events/wake.ts";
import type { Logger } from "./log.ts";
import type { Permission } from "./permissions.ts";

/** Who is asking, as a door established it. Never built from anything the caller says of itself. */
export interface Actor {
  kind: ActorKind;
  /** The user's or agent's id; for the system the name of the part that acts. */
  id: string;
  name: string;
  /** The organization it acts in; empty only for operations of scope `instance`. */
  orgId: string;
  role: OrgRole | AgentRole | "system";
  permissions: ReadonlySet<Permission>;
  /** The teams whose work it sees; `all` for owners, admins and the system. */
  teams: "all" | readonly string[];
  /** Set when it acts as an agent. */
  agent?: { teamId: string; role: AgentRole; runtime: AgentRuntime };
  /**
   * Set for an agent in a session of its own on a task: it writes under this lease alone, and takes no other task; where it
   * judges a review, it writes this verdict alone.
   */
  run?: { sessionId: string; taskId: string; leaseId: string | null; reviewId: string | null };
  /** Set for whoever comes with the run token of a session. */
  sessionId?: string;
  keyId?: string;
  signInId?: string;
  /** Tokens that were exchanged for the key it came with: they end with the key, or by themselves. */
  familyId?: string;
  ip?: string;
}

/** What the services of one process share; made once where the process starts, handed down, never imported. */
export interface Runtime {
  db: Db;
  wake: Wake;
  settings: Settings;
  /** What happens that nobody asked about; every process that stays has one. */
  log?: Logger;
  /** Where agents without work wait; only processes with doors have one. */
  parking?: Parking;
  /** Ends open requests with the access of whoever sent them; only processes with doors have one. */
  access?: AccessWatch;
  /** Where calls wait for answers of people; only processes with doors have one. */
  answers?: Answers;
  /** Where readers of channels wait; only processes with doors have one. */
  listening?: Listening;
  /** How many listen to a channel on the realtime host at this moment; only processes with doors ask. */
  subscribersOf?: (channel: string) => Promise<number>;
  /** Where readers of the feed wait; only processes with doors have one. */
  streams?: EventStreams;
}

/** The settings that domain code reads; a part of the process's configuration. */
export interface Settings {
  /** Where bare repositories and everything else on disk live. */
  dataDir: string;
  publicUrl: string;
  /** Attempts to sign in per minute, for one address and for one account. */
  rateSignIn: number;
  /** github.com, or the Enterprise server that whoever runs this installation named. */
  githubUrl: string;
  leaseSeconds: { driven: number; external: number };
  /** After so long without a word a session is stopped; 0 or left out: never. */
  sessionIdleMinutes?: number;
  /** Local paths below which an owner may register a repository. */
  repoRoots: readonly string[];
  /** Hosts inside the network that may be called all the same: `localhost:11434`. */
  trustedHosts: readonly string[];
  /** The domain below which each preview has a host of its own; without it `localhost`. */
  previewHost?: string | undefined;
  sandbox: "auto" | "bubblewrap" | "docker" | "process";
  /** Of the sandbox `docker`. */
  docker?: { host: string; image: string };
  gateOutputLimitBytes: number;
  /** Who makes vectors of texts; left out: the local model. */
  embeddings?: { url: string; model: string; key: string | undefined };
  /** The ComfyUI server that draws. */
  images?: { url: string; model: string };
  /** MCP servers may be programs on this machine. */
  mcpStdio?: boolean;
  /** What somebody may use of sessions where nobody set a quota; left out, and null: no limit. */
  usualQuota?: Record<"sessionsAtOnce" | "hoursADay" | "tokensADay" | "microsADay", number | null>;
  /** Messages that one actor may publish on channels within a second. */
  channelRate: number;
}

/** What a service may use: who is acting, the transaction it acts in, and when. */
export interface Context {
  actor: Actor;
  tx: Tx;
  settings: Settings;
  /** Database time at the start of the transaction: the time of every event it records. */
  now: Date;
  /** One id from the door to events, logs and push. */
  requestId: string;
  /** The event because of which the system acts; its correlation is the `requestId` then. */
  cause?: Cause;
  /** Events recorded so far; appended to the log at the end of the transaction. */
  pending: PendingEvent[];
  /** Wake-ups to send after the commit for what is no event (a sign-in that ended); an empty `orgId` concerns all. */
  hints: Hint[];
  /** The lease a fenced operation of an agent was checked against. */
  lease?: { id: string; taskId: string; fence: number };
}

/** Whose a session of a protocol or a task of it is. A key, not only its agent: both end with the key they began with. */
export const principalOf = ({ orgId, id, keyId }: Actor): string => `${orgId}|${id}|${keyId ?? ""}`;

export const actorRef = ({ kind, id, name }: Actor): ActorRef => ({ kind, id, name });

/** The product itself acting in an organization: worker, webhook, operator. */
export function systemActor(orgId: string, part: string): Actor {
  return { kind: "system", id: part, name: part, orgId, role: "system", permissions: new Set(), teams: "all" };
}
