import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { handleSignIn } from "#server/auth/http.ts";
import { nextAuthConfig, type SignInRequest } from "#server/auth/next-auth.ts";
import { webRuntime } from "#server/runtime.ts";

/** next-auth is set up anew for each request, since its answers depend on who asks from where. */
function nextAuth(request: Request, situation: SignInRequest): Promise<Response> {
  const { GET, POST } = NextAuth(nextAuthConfig(situation)).handlers;
  const asked = new NextRequest(request);
  return request.method === "POST" ? POST(asked) : GET(asked);
}

const handle = async (request: Request) => handleSignIn(await webRuntime(), request, nextAuth);

export { handle as GET, handle as POST };
