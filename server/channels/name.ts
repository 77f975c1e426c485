import { createHash } from "node:crypto";
import type { ChannelKind } from "#db/enums.ts";
import { AppError } from "../errors.ts";

/** A channel's name taken apart: `agent.bob.updates` is bob's `updates`. */
export type ChannelName =
  | { kind: "public" | "system"; handle: null; path: string }
  | { kind: "agent"; handle: string; path: string };

const segment = "[a-z0-9][a-z0-9_-]{0,62}";
const path = `${segment}(?:\\.${segment}){0,7}`;
const handle = "[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?";
const open = new RegExp(`^(?<kind>public|system)\\.(?<path>${path})$`);
const owned = new RegExp(`^agent\\.(?<handle>${handle})\\.(?<path>${path})$`);

export const handlePattern = new RegExp(`^${handle}$`);
/** Would read as part of the grammar. */
export const reservedHandles: ReadonlySet<string> = new Set(["public", "agent", "system"]);

/** Reads a name; undefined for what is none. */
export function readChannelName(text: string): ChannelName | undefined {
  if (text.length > 200) return undefined;
  const groups = open.exec(text)?.groups ?? owned.exec(text)?.groups;
  const { kind, handle: owner, path: tail } = groups ?? {};
  if (!tail) return undefined;
  if (owner !== undefined) return { kind: "agent", handle: owner, path: tail };
  return { kind: kind === "system" ? "system" : "public", handle: null, path: tail };
}

/** @throws AppError invalid for what is no channel's name. */
export function parseChannelName(text: string): ChannelName {
  const name = readChannelName(text);
  if (name) return name;
  throw new AppError(
    "invalid",
    `"${text.slice(0, 80)}" is no channel. Channels are public.<path>, agent.<handle>.<path> and system.<path>: small letters, digits, - and _ in up to eight parts joined by dots, 200 characters at most.`,
  );
}

/** The name of a channel as everybody writes it. */
export const formatChannelName = (kind: ChannelKind, handleOfOwner: string | null, tail: string): string =>
  kind === "agent" ? `agent.${handleOfOwner ?? ""}.${tail}` : `${kind}.${tail}`;

/**
 * The id of a channel: the same for the same owner and path, whatever the owner is called at the moment. A UUID of
 * version 8 (RFC 9562, 5.8), whose other bits are a SHA-256.
 */
export function channelId(orgId: string, kind: ChannelKind, ownerId: string, tail: string): string {
  const bytes = createHash("sha256").update(`${orgId}|${kind}|${ownerId}|${tail}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
