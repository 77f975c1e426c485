import { webDoor } from "#app/_server/door.ts";
import { handleDevice } from "#server/device-sign-ins/http.ts";

export const POST = async (request: Request) => handleDevice(await webDoor(), request);
