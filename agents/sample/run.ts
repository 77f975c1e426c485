import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import type { TaskStatus } from "#db/enums.ts";
import type { Card, taskPage } from "#server/tasks/schema.ts";
import { Api } from "./api.ts";
import { endProcess, hasEnded, startAgent } from "./processes.ts";
import { makeRepository } from "./repository.ts";
import { clearAway } from "./clearing.ts";
import { recipes, recipeTag, startingFiles } from "./recipes.ts";

export interface SampleOptions {
  url: string;
  /** An operator's or owner's token. */
  token: string;
  /** Slug or id; left out, the organization of the first owner. */
  org?: string | undefined;
  /** Where sample repositories are made: a folder the server accepts local repositories from. */
  samplesDirectory: string;
  timeoutSeconds?: number;
  say: (line: string) => void;
}

export interface SampleResult {
  orgId: string;
  orgSlug: string;
  teamId: string;
  repoId: string;
  tasks: Card[];
  seconds: number;
  /** Everything was merged in time. */
  complete: boolean;
}

const crew = [
  { name: "ada", role: "engineer" },
  { name: "grace", role: "engineer" },
  { name: "linus", role: "engineer" },
  { name: "margaret", role: "reviewer" },
] as const;

/**
 * The sample: a repository with a real test suite, nine tasks with a diamond and a chain, three engineers and a reviewer
 * as processes of their own over MCP and git. Works in a team called Sample, so that it never touches real work.
 */
export async function runSample(options: SampleOptions): Promise<SampleResult> {
  const { url, token, org, samplesDirectory, say, timeoutSeconds = 180 } = options;
  const api = new Api({ url, token, org });
  const { organization: home } = await api.call<{ organization: { id: string; slug: string } }>("get_org");
  const teamId = await sampleTeam(api);
  const directory = await mkdtemp(join(tmpdir(), "entourage-sample-"));
  const agents = await hireCrew(api, teamId);
  say(`Sample: ${url}/o/${home.slug}/t/${teamId}/board`);
  await clearAway(api, teamId);
  const repoId = await sampleRepo(api, teamId, samplesDirectory);
  const started = Date.now();
  const taskIds = await createTasks(api, teamId, repoId);
  const processes = new Map(agents.map((agent) => [agent.name, startAgent(agent, { url, directory, say })]));
  try {
    const tasks = await watch({
      api,
      teamId,
      taskIds,
      processes,
      restart: (name) => {
        const agent = agents.find((member) => member.name === name);
        if (agent) processes.set(name, startAgent(agent, { url, directory, say }));
      },
      deadline: started + timeoutSeconds * 1000,
      say,
    });
    return {
      orgId: home.id,
      orgSlug: home.slug,
      teamId,
      repoId,
      tasks,
      seconds: (Date.now() - started) / 1000,
      complete: tasks.every(({ status }) => status === "done"),
    };
  } finally {
    await Promise.all([...processes.values()].map(endProcess));
    await Promise.all(agents.map(({ keyId }) => api.call("revoke_api_key", { apiKeyId: keyId }).catch(() => {})));
    await rm(directory, { recursive: true, force: true });
  }
}

async function sampleTeam(api: Api): Promise<string> {
  const { teams } = await api.call<{ teams: { id: string; name: string }[] }>("list_teams");
  const existing = teams.find(({ name }) => name === "Sample");
  if (existing) return existing.id;
  const { team } = await api.call<{ team: { id: string } }>("create_team", { name: "Sample" });
  return team.id;
}

interface CrewMember {
  id: string;
  name: string;
  role: (typeof crew)[number]["role"];
  key: string;
  keyId: string;
}

async function hireCrew(api: Api, teamId: string): Promise<CrewMember[]> {
  const { agents } = await api.call<{ agents: { id: string; name: string }[] }>("list_agents", { teamId });
  return Promise.all(
    crew.map(async ({ name, role }) => {
      const known = agents.find((agent) => agent.name === name);
      const id =
        known?.id ??
        (await api.call<{ agent: { id: string } }>("create_agent", { teamId, name, role, runtime: "scripted" })).agent
          .id;
      const made = await api.call<{ key: string; apiKey: { id: string } }>("create_api_key", {
        name: `sample: ${name}`,
        agentId: id,
        scopes: ["agent"],
      });
      return { id, name, role, key: made.key, keyId: made.apiKey.id };
    }),
  );
}

async function sampleRepo(api: Api, teamId: string, samplesDirectory: string): Promise<string> {
  const made = new Date().toISOString().slice(0, 19).replace("T", " ");
  const source = await makeRepository(
    join(samplesDirectory, `textkit-${made.replace(/[^0-9]/g, "")}-${process.pid}.git`),
    startingFiles,
  );
  const { repo } = await api.call<{ repo: { id: string } }>("register_repo", {
    teamId,
    name: `textkit ${made}`,
    source,
    gateCommand: "node --test",
    gateTimeoutSeconds: 60,
  });
  for (const deadline = Date.now() + 30_000; ; await delay(100)) {
    const { repo: now } = await api.call<{ repo: { status: string; error: string | null } }>("get_repo", {
      repoId: repo.id,
    });
    if (now.status === "ready") return repo.id;
    if (now.status === "error" || Date.now() > deadline) {
      throw new Error(`The sample repository could not be made ready: ${now.error ?? "it took too long"}`);
    }
  }
}

async function createTasks(api: Api, teamId: string, repoId: string): Promise<string[]> {
  const ids = new Map<string, string>();
  for (const { name, title, description, dependsOn } of recipes) {
    const { task } = await api.call<{ task: Card }>("create_task", {
      teamId,
      repoId,
      title,
      description,
      tags: [recipeTag(name)],
      dependsOn: dependsOn.map((predecessor) => ids.get(predecessor)),
    });
    ids.set(name, task.id);
  }
  return [...ids.values()];
}

const over: readonly TaskStatus[] = ["done", "cancelled", "failed"];

interface Watched {
  api: Api;
  teamId: string;
  taskIds: string[];
  processes: Map<string, ChildProcess>;
  restart: (name: string) => void;
  deadline: number;
  say: (line: string) => void;
}

/** Waits until every task is over; an agent that died is started again, as any supervisor would. */
async function watch({ api, teamId, taskIds, processes, restart, deadline, say }: Watched): Promise<Card[]> {
  for (;;) {
    const { tasks } = await api.call<z.output<typeof taskPage>>("list_tasks", { teamId, limit: 200 });
    const mine = tasks.filter(({ id }) => taskIds.includes(id)).reverse();
    if (mine.length === taskIds.length && mine.every(({ status }) => over.includes(status))) return mine;
    if (Date.now() > deadline) return mine;
    for (const [name, child] of processes) {
      if (!hasEnded(child)) continue;
      say(`  ${name} ended (${child.signalCode ?? child.exitCode}); starting it again`);
      restart(name);
    }
    await delay(250);
  }
}
