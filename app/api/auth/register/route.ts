import { handleRegister } from "#server/auth/http.ts";
import { webRuntime } from "#server/runtime.ts";

export const POST = async (request: Request) => handleRegister(await webRuntime(), request);
