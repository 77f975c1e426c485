import { makePgArray } from "drizzle-orm/pg-core";
import { parse } from "postgres-array";
import type { PostgresType } from "postgres";

const asText = (text: string) => text;
const asNumber = (text: string) => Number(text);

/** The array types that statements here speak of, by their number in pg_type.dat, and what becomes of one value. */
const elements: Record<number, (text: string) => unknown> = {
  ...{ 1000: (text: string) => text === "t" },
  ...{ 1005: asNumber, 1007: asNumber, 1021: asNumber, 1022: asNumber, 1028: asNumber },
  // bigint and numeric do not fit into a number; times and dates are drizzle's to read.
  ...{ 1016: asText, 1231: asText, 1115: asText, 1182: asText, 1185: asText },
  ...{ 1002: asText, 1003: asText, 1009: asText, 1015: asText, 1041: asText, 2951: asText },
  ...{ 199: (text: string): unknown => JSON.parse(text), 3807: (text: string): unknown => JSON.parse(text) },
};

/**
 * Told to postgres.js beforehand, which would else ask each new connection for them: a round trip, and when the
 * connection is cut in the middle of it, a rejection that nobody can catch and that ends the process.
 */
export const arrayTypes: Record<string, PostgresType> = Object.fromEntries(
  Object.entries(elements).map(([oid, read]) => [
    `array${oid}`,
    {
      to: Number(oid),
      from: [Number(oid)],
      // Arrays of columns come as the text of an array already.
      serialize: (values: unknown) => (Array.isArray(values) ? makePgArray(values) : values),
      parse: (text: string) => parse(text, read),
    },
  ]),
);
