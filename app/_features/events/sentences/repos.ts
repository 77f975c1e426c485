import type { Wording } from "./about.ts";
import { fieldsOf, shortCommit, said } from "./words.ts";

/** Repositories, workspaces and what comes from outside, in words. */
export const reposWording = {
  "repo.registered": ({ name }) => ({ face: "repo", parts: ["registered the repository ", { name }] }),
  "repo.updated": (data, { subject }) => ({
    face: "repo",
    parts: [`changed the ${fieldsOf(data)} of `, subject("a repository")],
  }),
  "repo.ready": ({ headCommit }, { subject }) => ({
    face: "repo",
    parts: ["got ", subject("a repository"), " ready", headCommit === null ? ", still empty" : ""],
    tone: "success",
  }),
  "repo.failed": ({ error }, { subject }) => ({
    face: "repo",
    parts: ["could not copy ", subject("a repository")],
    quote: said(error),
    tone: "danger",
  }),
  "repo.retried": (_, { subject }) => ({ face: "repo", parts: ["tried ", subject("a repository"), " again"] }),
  "repo.fetched": ({ headCommit }, { subject }) => ({
    face: "repo",
    parts: ["took over new commits of ", subject("a repository"), `, now at ${shortCommit(headCommit)}`],
  }),
  "repo.archived": (_, { subject }) => ({ face: "archived", parts: ["archived ", subject("a repository")] }),
  "workspace.created": ({ name }) => ({
    face: "repo",
    parts: name ? ["made the workspace ", { name }] : ["made a workspace of their own"],
  }),
  "workspace.ready": (_, { subject }) => ({
    face: "repo",
    parts: ["got ", subject("a workspace"), " ready"],
    tone: "success",
  }),
  "workspace.failed": ({ error }, { subject }) => ({
    face: "repo",
    parts: ["could not make ", subject("a workspace")],
    quote: said(error),
    tone: "danger",
  }),
  "workspace.retried": (_, { subject }) => ({ face: "repo", parts: ["made ", subject("a workspace"), " again"] }),
  "workspace.renamed": ({ name }) => ({
    face: "changed",
    parts: ["renamed a workspace", ...(name ? [" to ", { name }] : [])],
  }),
  "workspace.removed": (_, { subject }) => ({ face: "archived", parts: ["removed ", subject("a workspace")] }),
  "webhook.created": ({ name }) => ({ face: "webhook", parts: ["opened the webhook ", { name }] }),
  "webhook.updated": (data) => ({
    face: "webhook",
    parts:
      data.enabled === undefined
        ? [`changed the ${fieldsOf(data)} of a webhook`]
        : [`switched a webhook ${data.enabled ? "on" : "off"}`],
  }),
  "webhook.secret_rotated": () => ({ face: "webhook", parts: ["gave a webhook a new secret"] }),
  "webhook.deleted": () => ({ face: "webhook", parts: ["closed a webhook"], tone: "warning" }),
  "webhook.delivered": ({ event, action, status, result }) => ({
    face: "webhook",
    parts: [`${deliveryWords[status]} ${action === null ? event : `${event} (${action})`} from outside`],
    quote: said(result),
    tone: status === "failed" ? "danger" : undefined,
  }),
  "github_app.created": ({ name }) => ({ face: "webhook", parts: ["connected the GitHub App ", { name }] }),
  "github_app.removed": () => ({ face: "webhook", parts: ["forgot a GitHub App"], tone: "warning" }),
  "github_app.installation_changed": ({ account, status }) => ({
    face: "webhook",
    parts: [`heard that the GitHub App is ${status === "active" ? "installed" : status} at `, { name: account }],
  }),
  "github_app.repositories_changed": ({ added, removed }) => ({
    face: "webhook",
    parts: [`heard that the GitHub App reaches ${added.length} more repositories and ${removed.length} fewer`],
  }),
} satisfies Partial<Wording>;

const deliveryWords = {
  received: "received",
  processed: "processed",
  ignored: "left alone",
  failed: "could not process",
  refused: "refused",
} as const;
