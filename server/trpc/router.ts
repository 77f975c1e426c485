import { waitForWork } from "../dispatch/operations.ts";
import { listActivity, listEvents } from "../events/operations.ts";
import { claimTask, heartbeat, releaseTask } from "../leases/operations.ts";
import { ping } from "../platform/operations.ts";
import { realtimeChannels } from "../realtime/operations.ts";
import * as tasks from "../tasks/operations.ts";
import { mutation, query, router } from "./trpc.ts";

/** Everything there is to ask for, by noun: the API's table of contents. HTTP and OpenAPI are read from here too. */
export const appRouter = router({
  platform: router({ ping: query(ping) }),
  tasks: router({
    list: query(tasks.listTasks),
    get: query(tasks.getTask),
    board: query(tasks.getBoard),
    graph: query(tasks.getGraph),
    events: query(tasks.getTaskEvents),
    create: mutation(tasks.createTask),
    update: mutation(tasks.updateTask),
    changeStatus: mutation(tasks.changeStatus),
    assign: mutation(tasks.assignTask),
    archive: mutation(tasks.archiveTask),
    bulkUpdate: mutation(tasks.bulkUpdateTasks),
  }),
  leases: router({
    claim: mutation(claimTask),
    wait: mutation(waitForWork),
    heartbeat: mutation(heartbeat),
    release: mutation(releaseTask),
  }),
  events: router({
    list: query(listEvents),
    activity: query(listActivity),
  }),
  realtime: router({ channels: query(realtimeChannels) }),
});
export type AppRouter = typeof appRouter;
