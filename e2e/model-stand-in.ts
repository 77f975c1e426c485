import type { IncomingMessage, ServerResponse } from "node:http";
import { LLMock } from "@copilotkit/aimock";

/** Tokens of every answer of the stand-in, so that a walk knows what it must cost. */
const usage = { input_tokens: 1_000, output_tokens: 100 };

export const wish = "Visitors leave their address for the newsletter.";

/** The tasks of the plan that the stand-in writes; each waits for the one before it, the last three for the fifth. */
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

const plan = {
  summary: "Addresses are taken, confirmed and kept.",
  tasks: steps.map((title, index) => ({
    ...{ title, type: "docs", complexity: "simple", acceptanceCriteria: ["It is written down."] },
    ...{ covers: [1], dependsOn: index === 0 ? [] : [Math.min(index - 1, 4)] },
  })),
};

/**
 * A provider on loopback that speaks Anthropic's API. It takes `goodKey` only, finds every criterion met when asked to
 * judge, and does every task with a sentence.
 */
export async function openModelStandIn(goodKey: string) {
  const mock = new LLMock({ port: 0 });
  const list = { data: [{ id: "claude-haiku-5-5" }, { id: "claude-sonnet-5-5" }] };
  mock.mount("/v1/models", {
    handleRequest: (request: IncomingMessage, response: ServerResponse) => {
      const isGood = request.headers["x-api-key"] === goodKey;
      const answer = isGood ? list : { type: "error", error: { message: "invalid x-api-key" } };
      response.writeHead(isGood ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
      return Promise.resolve(true);
    },
  });
  const met = Array.from({ length: 20 }, (_, index) => ({ number: index + 1, state: "met", why: "It is there." }));
  mock.on({ systemMessage: "You check work against" }, { content: JSON.stringify({ criteria: met }), usage });
  mock.on({ systemMessage: "You plan software work" }, { content: JSON.stringify(plan), usage });
  mock.onMessage(/[^]/, { content: "Done as the task says, and looked at once more.", usage });
  await mock.start();
  return { baseUrl: `${mock.url}/v1`, close: () => mock.stop() };
}
