import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { tellOfProcess } from "#server/resources/processes.ts";
import type { Part } from "./part.ts";

const BEAT_MILLISECONDS = 2000;

/** Writes a row every two seconds, by which `/readyz` and the doctor know that a worker lives; and tells what it uses. */
export const beat: Part = {
  name: "beat",
  async start({ runtime, log }) {
    const { sql } = runtime;
    const id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
    const write = () => sql`
      insert into worker_beats (id, started_at, beat_at) values (${id}, now(), now())
      on conflict (id) do update set beat_at = now()`;
    await write();
    const timer = setInterval(() => {
      write().catch((error: unknown) => log.warn({ error }, "beat not written"));
    }, BEAT_MILLISECONDS);
    const silence = tellOfProcess(runtime, "worker", log);
    return async () => {
      clearInterval(timer);
      await silence();
      await sql`delete from worker_beats where id = ${id}`;
    };
  },
};
