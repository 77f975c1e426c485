import pino, { type Logger } from "pino";
import { config } from "./config.ts";

const HIDDEN = ["password", "secret", "token", "apiKey", "authorization", "cookie", "ciphertext"];

/**
 * A logger of one process: one JSON line per message on standard output, which the launcher keeps in
 * `<data folder>/logs` and shows readably on a terminal. Log facts as fields: `log.warn({ orgId, taskId }, "Lease ended")`.
 */
export function createLogger(service: string, fields: Record<string, unknown> = {}): Logger {
  return pino({
    level: config().logLevel,
    base: { service, pid: process.pid, ...fields },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: HIDDEN.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "(hidden)" },
    serializers: { error: pino.stdSerializers.err },
  });
}

export type { Logger };
