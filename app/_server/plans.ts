import "server-only";
import { notFound } from "next/navigation";
import { caller } from "#app/_lib/caller.ts";
import type { Answer } from "#app/_lib/hydrated.tsx";
import { AppError } from "#server/errors.ts";
import { getPlan, listPlansOperation } from "#server/plans/operations.ts";

/** The plans of a team. */
export async function loadPlans(orgRef: string, teamId: string): Promise<Answer> {
  const input = { teamId };
  return { path: "plans.list", input, data: await whereFound((await caller(orgRef)).run(listPlansOperation, input)) };
}

/** One plan whole. */
export async function loadPlan(orgRef: string, planId: string): Promise<Answer> {
  const input = { planId };
  return { path: "plans.get", input, data: await whereFound((await caller(orgRef)).run(getPlan, input)) };
}

/** What is missing or foreign is a page that says so, not an error. */
async function whereFound<Result>(result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof AppError && (error.code === "not_found" || error.code === "invalid")) notFound();
    throw error;
  }
}
