import type { RequestStatus } from "#db/enums.ts";

/** Every legal move of a request. It is left open once; who comes later is told what it became. */
const transitions = {
  pending: ["resolved", "expired", "withdrawn"],
  resolved: [],
  expired: [],
  withdrawn: [],
} as const satisfies Record<RequestStatus, readonly RequestStatus[]>;

export const isOpen = (status: RequestStatus): boolean => transitions[status].length > 0;
