import type { Wording } from "./about.ts";
import { counted, fieldsOf, said } from "./words.ts";

/** Plans, in words. */
export const plansWording = {
  "plan.created": ({ number, title }) => ({ face: "made", parts: [`began plan ${number}: `, { name: title }] }),
  "plan.updated": (data, { subject }) => ({
    face: "changed",
    parts: [`changed the ${fieldsOf(data)} of `, subject("a plan")],
  }),
  "plan.version_written": ({ version, document }, { subject }) => ({
    face: "made",
    parts: [`wrote version ${version} of `, subject("a plan"), ` with ${counted(document.tasks.length, "task")}`],
  }),
  "plan.edited": ({ version, edits }, { subject }) => ({
    face: "changed",
    parts: [`made ${counted(edits.length, "change")} in version ${version} of `, subject("a plan")],
  }),
  "plan.revision_discarded": (_data, { subject }) => ({
    face: "changed",
    parts: ["gave up the changes drafted for ", subject("a plan")],
  }),
  "plan.approved": ({ version, tasks }, { subject }) => ({
    face: "assigned",
    parts: [`approved version ${version} of `, subject("a plan"), `: ${counted(tasks, "task")}`],
    tone: "success",
  }),
  "plan.status_changed": ({ to, reason }, { subject }) => ({
    face: "moved",
    parts: ["moved ", subject("a plan"), ` to ${to.replaceAll("_", " ")}`],
    ...(reason === null ? {} : { quote: said(reason) }),
    ...(to === "failed" ? { tone: "danger" } : to === "completed" ? { tone: "success" } : {}),
  }),
} satisfies Partial<Wording>;
