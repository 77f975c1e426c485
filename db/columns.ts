import { customType, jsonb, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { ActorKind } from "./enums.ts";

/** Ids are UUIDv7 made by the service that decides, so that an event can name its subject before the row exists. */
export const id = () => uuid().notNull();

/** The tenant. It leads every key, because a foreign key ignores row-level security. */
export const orgId = () => uuid().notNull();

export const moment = () => timestamp({ withTimezone: true, precision: 3, mode: "date" });
export const createdAt = () => moment().notNull();

/** Who did it, as an event tells it: enough to show without another look-up, no secrets. */
export interface ActorRef {
  kind: ActorKind;
  id: string;
  name: string;
}
export const actorRef = () => jsonb().$type<ActorRef>();

/** A list of short words; never null. */
export const words = () => text().array().notNull();

export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });
