/** What one check of the audit saw. A check that looked at nothing where there should be something has failed. */
export interface Finding {
  check: string;
  /** What would be wrong if it failed, in one sentence. */
  promise: string;
  looked: number;
  /** What it counted: events, leases, commits … */
  unit: string;
  /** The first of what is wrong, in words; empty when all is well. */
  faults: string[];
  faultCount: number;
}

export const isSound = ({ faultCount }: Finding): boolean => faultCount === 0;
