import { webDoor } from "#app/_server/door.ts";
import { handleVerify } from "#server/profile-sign-ins/http.ts";

export const POST = async (request: Request) => handleVerify(await webDoor(), request);
