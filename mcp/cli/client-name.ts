import { hostname, platform } from "node:os";
import { serverInfo } from "../version.ts";

/** What this program calls itself to a server: stands where a person sees what is signed in as them. */
export const clientName = (): string =>
  `entourage ${serverInfo.version} on ${hostname().replaceAll(/[^\w.-]/g, "")} (${platform()})`.slice(0, 100);
