import { inputResponse } from "@modelcontextprotocol/server";
import { z } from "zod";
import { AppError } from "#server/errors.ts";
import { askHuman, getRequest } from "#server/human-requests/operations.ts";
import { ANSWER, askForm, convey, isForClient } from "../elicitation.ts";
import { runFor } from "../run.ts";
import type { LongTool } from "./long-tool.ts";
import { longToolOf } from "./operation-tool.ts";

const decision = z.object({ requestId: z.uuid() });
const plain = longToolOf(askHuman);

/** `ask_human` as a task: waits for people for as long as they take, and for the person at the client if it can ask. */
export const askTool: LongTool = {
  ...plain,
  async look(caller, begun, client) {
    const look = await plain.look(caller, begun, client);
    // Whoever declined once is not asked again: others may know.
    if (look.state !== "working" || !client.canElicit || ANSWER in begun.responses) return look;
    const { request } = await runFor(caller, getRequest, { request: decision.parse(begun.decided).requestId });
    return isForClient(request) ? { state: "input_required", inputRequests: { [ANSWER]: askForm(request) } } : look;
  },
  async respond(caller, { decided, responses }) {
    const given = inputResponse(responses, ANSWER);
    if (given.kind !== "elicit" || given.action !== "accept") return;
    const { request } = await runFor(caller, getRequest, { request: decision.parse(decided).requestId });
    if (!isForClient(request)) return;
    await convey(caller, request, given.content ?? {}).catch((error: unknown) => {
      // Somebody was faster, or it does not fit: the next look says what became of it, or people elsewhere answer.
      if (!(error instanceof AppError)) throw error;
    });
  },
};
