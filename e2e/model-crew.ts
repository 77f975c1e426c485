import type { LabAnswer, LabRequest } from "../server/llm/test/lab-answer.ts";
import { openModelLab } from "../server/llm/test/model-lab.ts";
import type { z } from "zod";
import type { priceList } from "../server/prices/schema.ts";

export type Price = z.infer<typeof priceList>["prices"][number];

export const wish = "Visitors leave their address for the newsletter.";

/** The tasks of the plan that is written; each waits for the one before it, the last three for the fifth. */
export const steps = [
  "Find where it belongs",
  "Decide how it works",
  "Keep addresses",
  "Take an address in a form",
  "Send the mail that confirms",
  "Refuse bad addresses",
  "Prove it end to end",
  "Tell how to use it",
];
const [searchStep, questionStep] = [steps[0] ?? "", steps[3] ?? ""];
/** Its first check finds something missing. */
export const gapStep = steps[4] ?? "";
export const question = "Which colour has the button?";

const types = ["research", "docs", "feature", "feature", "feature", "docs", "docs", "docs"];
const plan = {
  summary: "Addresses are taken, confirmed and kept.",
  tasks: steps.map((title, index) => ({
    ...{ title, type: types[index], complexity: index === 0 ? "simple" : "medium" },
    ...{ acceptanceCriteria: ["It is written down."], covers: [1] },
    dependsOn: index === 0 ? [] : [Math.min(index - 1, 4)],
  })),
};

export interface Reported extends Required<NonNullable<LabAnswer["usage"]>> {
  api: LabRequest["api"];
  model: string;
}

/**
 * Models behind three APIs on one loopback port: a medium one of Anthropic's writes the plan, a local one looks things up,
 * a small one writes, medium ones build. They report tokens that differ with each call, those of the cache too.
 */
export async function openCrew() {
  const lab = await openModelLab();
  lab.listModels(["claude-sonnet-5-5", "claude-opus-5-5", "gpt-5-mini", "llama3.2"]);
  const reported: Reported[] = [];
  const heard = { question: "", gap: "", lookedUp: "" };
  lab.answerWith((request) => {
    const cached: Record<string, number[]> = { anthropic: [300, 70], openai_compatible: [200, 0] };
    const [cacheRead = 0, cacheWrite = 0] = cached[request.api] ?? [];
    const usage = { input: 1_000 + 7 * request.number, output: 100 + request.number, cacheRead, cacheWrite };
    reported.push({ api: request.api, model: request.model, ...usage });
    return { ...say(request, heard), usage };
  });
  return {
    reported,
    credentials: [
      { api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "sk-ant-crew" },
      { api: "openai_compatible", provider: "openai", baseUrl: lab.urls.openai_compatible, key: "sk-crew" },
      { api: "ollama", provider: "ollama", baseUrl: lab.urls.ollama },
    ],
    tiers: {
      ...{ local: ["ollama/llama3.2"], small: ["openai/gpt-5-mini"] },
      ...{ medium: ["anthropic/claude-sonnet-5-5"], large: ["anthropic/claude-opus-5-5"] },
    },
    /** What was reported in all, and what that costs: call by call, each rounded up to a whole micro-dollar. */
    used: (prices: readonly Price[]) => ({
      calls: reported.length,
      inputTokens: sum(reported.map(({ input }) => input)),
      outputTokens: sum(reported.map(({ output }) => output)),
      cacheReadTokens: sum(reported.map(({ cacheRead }) => cacheRead)),
      cacheWriteTokens: sum(reported.map(({ cacheWrite }) => cacheWrite)),
      costMicros: sum(reported.map((one) => costOf(one, prices))),
      uncoveredMicros: 0,
    }),
    answers: () => heard,
    close: () => lab.close(),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** In micro-dollars, rounded up to a whole one. */
export function costOf(
  { api, model, input, output, cacheRead, cacheWrite }: Reported,
  prices: readonly Price[],
): number {
  if (api === "ollama") return 0;
  const price = prices.find((one) => one.model === model);
  if (!price) throw new Error(`no price for ${model}`);
  const { inputMicros, outputMicros, cacheReadMicros, cacheWriteMicros } = price;
  const millionths =
    input * inputMicros + output * outputMicros + cacheRead * cacheReadMicros + cacheWrite * cacheWriteMicros;
  return Math.ceil(millionths / 1_000_000);
}

function say(request: LabRequest, heard: { question: string; gap: string; lookedUp: string }): LabAnswer {
  const all = JSON.stringify(request.body);
  const has = (text: string) => request.texts.some((one) => one.includes(text));
  if (all.includes("You plan software work")) return { text: JSON.stringify(plan) };
  if (all.includes("You check work against")) {
    const isMissing = has(`Task: ${gapStep}`) && !has("with a way out");
    const why = isMissing ? "Nobody can unsubscribe." : "It is there.";
    return { text: JSON.stringify({ criteria: [{ number: 1, state: isMissing ? "unmet" : "met", why }] }) };
  }
  const task = /## The task(.*?)(?:## |$)/s.exec(request.texts.find((text) => text.includes("## The task")) ?? "")?.[1];
  if (task?.includes(searchStep)) {
    if (request.toolResults === 0) return { toolCalls: [{ name: "lookup_type", input: { name: "Newsletter" } }] };
    heard.lookedUp = /Nothing was found/.exec(request.texts.at(-1) ?? "")?.[0] ?? "";
  }
  if (task?.includes(questionStep)) {
    const input = { question, options: ["blue", "green"] };
    if (request.toolResults === 0) return { toolCalls: [{ name: "ask_human", input }] };
    heard.question = /answered: (\w+)/.exec(request.texts.at(-1) ?? "")?.[1] ?? "";
  }
  if (task?.includes(gapStep) && has("What is missing")) {
    heard.gap = /Nobody can unsubscribe\./.exec(request.texts.at(-1) ?? "")?.[0] ?? "";
    return { text: "Done, with a way out." };
  }
  return { text: "Done as the task says, and looked at once more." };
}
