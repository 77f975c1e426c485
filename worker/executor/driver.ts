import { eq, and } from "drizzle-orm";
import type { ModelMessage } from "ai";
import { z } from "zod";
import { agents } from "#db/schema/organizations.ts";
import { agentActor } from "#server/auth/actor.ts";
import { type Actor, type Context, type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Grant } from "#server/leases/service.ts";
import { chooseModels } from "#server/models/choosing.ts";
import { assembleContext, contextText } from "#server/task-contexts/assembly.ts";
import type { Task } from "#server/tasks/finding.ts";
import type { ToolDeps } from "#server/tools/tool.ts";
import { invokeAgent } from "#server/tracing/gen-ai.ts";
import { inSpan } from "#server/tracing/spans.ts";
import { keepMessages, mostResumed, readMessages, takeUpTurn, type Turn } from "#server/turns/service.ts";
import { readVerificationState } from "#server/verifications/queries.ts";
import { endTurn, failTurn, handBack, missingWords } from "./ending.ts";
import { type LeaseWatch, leaseEnded, workerStops } from "./lease-watch.ts";
import type { LiveLog } from "./live-log.ts";
import type { Rests } from "./rests.ts";
import { type Going, goOn, openTools, TurnFailure, TurnLost, transact } from "./steps.ts";
import { openWorkspace } from "./workspace.ts";

export interface DriverDeps {
  models: Runtime;
  deps: ToolDeps;
  watch: LeaseWatch;
  log: LiveLog;
  rests: Rests;
}

/**
 * Runs one turn of an agent of runtime `model` from its claim, or from where another process left it. It ends by itself
 * in one of these: done, in review, waiting for people, failed with the reason, or given back to be gone on with.
 */
export async function driveModel(driver: DriverDeps, grant: Grant): Promise<undefined> {
  const { models, watch, rests } = driver;
  const signal = watch.watch(grant.leaseId);
  let begun: Begun | undefined;
  try {
    begun = await begin(models, grant);
    if (!begun) return undefined;
    if (begun.turn.resumed > mostResumed)
      throw new TurnFailure(`It was taken up ${mostResumed} times without coming to an end.`);
    await run(driver, grant, begun, signal);
    rests.clear(grant.agentId);
  } catch (error) {
    if (begun) await giveUp(driver, { ...begun, models }, error, signal);
    else throw error;
  } finally {
    watch.forget(grant.leaseId);
  }
}

interface Begun {
  actor: Actor;
  turn: Turn;
  task: Task;
  messages: ModelMessage[];
  chain: readonly string[];
  agentModel: string | null;
}

async function begin(models: Runtime, grant: Grant): Promise<Begun | undefined> {
  const found = await inTransaction(models, systemActor(grant.orgId, "executor"), { requestId: newId() }, ({ tx }) =>
    tx
      .select()
      .from(agents)
      .where(and(eq(agents.orgId, grant.orgId), eq(agents.id, grant.agentId))),
  );
  const [agent] = found;
  if (!agent) return undefined;
  const { orgId, teamId, runtime } = agent;
  const actor = agentActor(agent.id, { orgId, teamId, runtime, agentName: agent.name, agentRole: agent.role });
  return inTransaction(models, actor, { requestId: `turn-${newId()}` }, async (context) => {
    const taken = await takeUpTurn(context, grant);
    if (!taken) return undefined;
    const { turn, task } = taken;
    const messages = await readMessages(context, turn);
    const added = await firstWords(context, turn, task, messages);
    await keepMessages(context, { ...turn }, messages.length, added);
    const chain = await chooseModels(context, task, agent.model);
    // What people decided is told; a question that is asked from here on is a new one.
    if (added.length > 0) turn.requestId = null;
    return { actor, turn, task, messages: [...messages, ...added], chain, agentModel: agent.model };
  });
}

/** What the model is told before it goes on: the task, or what people decided after its work was checked. */
async function firstWords(
  context: Context,
  turn: Turn,
  task: Task,
  messages: readonly ModelMessage[],
): Promise<ModelMessage[]> {
  if (messages.length === 0)
    return [{ role: "user", content: contextText(await assembleContext(context, { task: task.id })) }];
  const { decision, note, feedback } = await readVerificationState(context, task.id);
  if (decision !== "retry" || messages.at(-1)?.role !== "assistant" || turn.requestId === null) return [];
  return [{ role: "user", content: missingWords([feedback, note].filter(Boolean).join("\n\n")) }];
}

async function run({ models, deps, log }: DriverDeps, grant: Grant, begun: Begun, signal: AbortSignal): Promise<void> {
  const { actor, turn, task } = begun;
  const workspace = await openWorkspace(models, actor, turn, task);
  const toolContext = {
    ...{ orgId: grant.orgId, teamId: grant.teamId, taskId: grant.taskId, agentId: grant.agentId, signal },
    ...{ leaseId: grant.leaseId, attempt: turn.attempt, ...(workspace ? { workspacePath: workspace.path } : {}) },
  };
  const before = { ...begun, models, deps, log, toolContext, signal };
  const going: Going = { ...before, tools: await openTools(before) };
  for (;;) {
    const words = () =>
      invokeAgent({ name: actor.name, conversationId: turn.sessionId, model: going.chain[0] ?? null });
    if ((await inSpan(words, () => goOn(going))) === "parked") return;
    if ((await endTurn(going, workspace)) !== "again") return;
    // It failed its check: the next tier tries.
    going.chain = await transact(going, (context) => chooseModels(context, task, begun.agentModel));
  }
}

const providers = z.array(z.string());

/** What becomes of a turn that did not come to its end. Whatever is thrown here leaves it to the end of its lease. */
async function giveUp(
  { rests, deps }: DriverDeps,
  going: Pick<Going, "models" | "actor" | "turn" | "task">,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const stopped: unknown = signal.aborted ? signal.reason : undefined;
  if (error instanceof TurnLost || stopped === leaseEnded) return;
  if (stopped === workerStops) return handBack(going, "The worker stops; whoever takes it next goes on where it was.");
  if (error instanceof TurnFailure) return failTurn(going, error.message);
  if (!(error instanceof AppError)) {
    deps.log.error({ error, taskId: going.task.id }, "a turn failed by a fault of ours; it is tried again");
    rests.rest(going.turn.agentId, undefined);
    return handBack(going, "Something failed here; it is tried again in a moment.");
  }
  if (error.code === "unavailable" || error.code === "over_budget") {
    const seconds = Number(error.details?.retryAfterSeconds);
    rests.rest(going.turn.agentId, Number.isFinite(seconds) ? seconds : undefined);
    const { data: down = [] } = providers.safeParse(error.details?.down);
    return handBack(going, error.message, Number.isFinite(seconds) ? [] : down);
  }
  return failTurn(going, error.message);
}
