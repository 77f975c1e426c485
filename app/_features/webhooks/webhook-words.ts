import type { Tone } from "#app/_ui/badge.tsx";
import type { DeliveryStatus, WebhookProvider } from "#db/enums.ts";

export const providerWords: Record<WebhookProvider, { label: string; hint: string }> = {
  github: { label: "GitHub", hint: "Issues and pull requests become tasks; a push has the repository fetched." },
  gitlab: { label: "GitLab", hint: "Issues and merge requests become tasks; a push has the repository fetched." },
  generic: { label: "Anything else", hint: "Whatever can sign by Standard Webhooks: each delivery is a task." },
};

export const deliveryWords: Record<DeliveryStatus, { label: string; tone: Tone }> = {
  received: { label: "Waiting", tone: "info" },
  processed: { label: "Processed", tone: "success" },
  ignored: { label: "Left alone", tone: "neutral" },
  failed: { label: "Failed", tone: "danger" },
  refused: { label: "Refused", tone: "warning" },
};

/** What may be listened to; the names are the providers' own. */
export const providerEvents: Record<WebhookProvider, readonly { value: string; label: string }[]> = {
  github: [
    { value: "issues", label: "Issues" },
    { value: "pull_request", label: "Pull requests" },
    { value: "push", label: "Pushes" },
  ],
  gitlab: [
    { value: "issue", label: "Issues" },
    { value: "merge_request", label: "Merge requests" },
    { value: "push", label: "Pushes" },
  ],
  generic: [],
};

/** How going to GitHub for an App ended, from the address GitHub's way back leads to. */
export const appOutcomes: Record<string, { tone: "success" | "warning"; title: string; words: string }> = {
  made: { tone: "success", title: "The App is connected.", words: "Install it on the repositories it should tell of." },
  conflict: {
    tone: "warning",
    title: "The App was not connected.",
    words: "The way back from GitHub works once and within an hour. Delete the App at GitHub and make it again.",
  },
  unavailable: {
    tone: "warning",
    title: "GitHub did not answer.",
    words: "Delete the App at GitHub, if it is there, and make it again.",
  },
};
