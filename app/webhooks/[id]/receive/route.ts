import { webRuntime } from "#server/runtime.ts";
import { receiveDelivery } from "#server/webhooks/receive.ts";

/** `github-app` is one of the names: the address that all GitHub Apps share. */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }) {
  return receiveDelivery(await webRuntime(), request, (await params).id);
}
