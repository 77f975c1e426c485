import type { Page } from "@playwright/test";
import type { LabAnswer, LabRequest } from "../server/llm/test/lab-answer.ts";
import { openModelLab } from "../server/llm/test/model-lab.ts";
import { costOf, type Price, type Reported } from "./model-crew.ts";
import { call } from "./session.ts";
import { expect } from "./test.ts";

/** The coding agents that do the same work, each with tools of its own names. */
export const coders = {
  entourage: {
    kind: "Entourage",
    write: (path: string, content: string) => ({ name: "write", input: { path, content } }),
    run: (command: string) => ({ name: "bash", input: { command } }),
  },
  "claude-sdk": {
    kind: "Claude Agent SDK",
    write: (path: string, content: string) => ({ name: "Write", input: { file_path: `/work/${path}`, content } }),
    run: (command: string) => ({ name: "Bash", input: { command, description: "Push" } }),
  },
};
export type Coder = keyof typeof coders;

export const fileOf = (coder: Coder) => `hello-from-${coder}.txt`;
export const textOf = (coder: Coder) => `hello from ${coder}\n`;

/** A model that looks at what is done and does the next thing: writes, pushes, asks for the review, ends. */
function say({ texts, tools }: LabRequest, branch: string): Pick<LabAnswer, "text" | "toolCalls"> {
  const coder: Coder = tools.includes("Write") ? "claude-sdk" : "entourage";
  const told = texts.join("\n");
  const use = coders[coder];
  if (!/Wrote hello-|File created successfully/.test(told))
    return { text: "I write it down.", toolCalls: [use.write(fileOf(coder), textOf(coder))] };
  // What is run never reads as what it says.
  const push = `git add -A && git commit -qm "Say hello" && git push -q origin HEAD:${branch} && echo "pushed" hello.`;
  if (!told.includes("pushed hello.")) return { toolCalls: [use.run(push)] };
  const review = { task: branch.split("-")[1] ?? "", summary: "It says hello; I read it once more." };
  if (!told.includes("in_review")) return { toolCalls: [{ name: "mcp__entourage__request_review", input: review }] };
  return { text: "It is handed over." };
}

/** A team with a repository, and a model whose words and tokens are known; its key is saved for the organization. */
export async function openCodingCrew(page: Page) {
  const reported: (Reported & { branch: string })[] = [];
  const lab = await openModelLab((request) => {
    const [, branch = ""] = /git push origin HEAD:([\w-]+)/.exec(request.texts.join("\n")) ?? [];
    const usage = {
      ...{ input: 20_000 + 7 * request.number, output: 1_000 + request.number },
      ...{ cacheRead: 300 + request.number, cacheWrite: 70 },
    };
    reported.push({ api: "anthropic", model: request.model, branch, ...usage });
    return { ...say(request, branch), usage };
  });
  const stamp = Date.now();
  const { team } = await call(page, "create_team", { name: `Coders ${stamp}` });
  const { repo } = await call(page, "register_repo", { teamId: team.id, name: `hello-${stamp}` });
  await call(page, "save_credential", {
    ...{ api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "sk-ant-coders" },
  });
  await expect
    .poll(async () => (await call(page, "get_repo", { repoId: repo.id })).repo.status, { timeout: 20_000 })
    .toBe("ready");
  return {
    teamId: String(team.id),
    repoId: String(repo.id),
    /** What the calls for the task on that branch cost, each rounded up to a whole micro-dollar. */
    costOf: (branch: string, prices: readonly Price[]): number =>
      reported.filter((one) => one.branch === branch).reduce((sum, one) => sum + costOf(one, prices), 0),
    close: () => lab.close(),
  };
}
