import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** A PNG of one pixel. */
export const onePixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

interface Asked {
  prompt?: Record<string, { class_type: string; inputs: Record<string, unknown> }>;
  delete?: string[];
  prompt_id?: string;
}

/**
 * A ComfyUI server on loopback: it takes workflows, and draws each when `draw` says so.
 * https://docs.comfy.org/development/comfyui-server/comms_routes
 */
export async function openComfy() {
  const workflows: NonNullable<Asked["prompt"]>[] = [];
  const takenBack: string[] = [];
  let answer: "draw" | "refuse" | "fail" | "wait" | "text" = "draw";
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://comfy");
    const give = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value));
    if (request.method === "POST") {
      // What the tool sends, as this stand-in reads it.
      const body = (await json(request)) as Asked;
      if (url.pathname === "/prompt") {
        if (answer === "refuse") return give(400, { error: { message: "Value not in list: ckpt_name" } });
        workflows.push(body.prompt ?? {});
        return give(200, { prompt_id: `p${workflows.length}`, number: workflows.length, node_errors: {} });
      }
      takenBack.push(...(body.delete ?? []), ...(body.prompt_id ? [body.prompt_id] : []));
      return give(200, {});
    }
    if (url.pathname.startsWith("/history/")) {
      const id = url.pathname.slice("/history/".length);
      if (answer === "wait") return give(200, {});
      const status = {
        status_str: answer === "fail" ? "error" : "success",
        completed: answer !== "fail",
        messages: [],
      };
      const images = [{ filename: `${id}.png`, subfolder: "", type: "output" }];
      return give(200, { [id]: { status, outputs: answer === "fail" ? {} : { 7: { images } } } });
    }
    if (url.pathname === "/view") return response.writeHead(200).end(answer === "text" ? "<html>" : onePixel);
    return give(404, {});
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    workflows,
    takenBack,
    answerWith(next: typeof answer) {
      answer = next;
    },
    close: () => server.close(),
  };
}
