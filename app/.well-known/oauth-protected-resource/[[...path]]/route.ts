import { addressOf } from "#server/door.ts";

/** RFC 9728: how to be let in at `/mcp`. Keys are made in the settings, so there is no authorization server to name. */
export async function GET(request: Request, { params }: { params: Promise<{ path?: string[] }> }) {
  const { path = ["mcp"] } = await params;
  return Response.json(
    {
      resource: `${addressOf(request)}/${path.join("/")}`,
      resource_name: "Entourage",
      bearer_methods_supported: ["header"],
    },
    { headers: { "access-control-allow-origin": "*" } },
  );
}
