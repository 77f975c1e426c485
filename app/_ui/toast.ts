import type { ExternalToast } from "sonner";

type Kind = "success" | "error" | "info" | "warning" | "message";
type Shown = { kind: Kind; title: string; options?: ExternalToast };

let host: ((shown: Shown) => void) | undefined;
const early: Shown[] = [];

function show(kind: Kind): (title: string, options?: ExternalToast) => void {
  return (title, options) => {
    const shown = { kind, title, options };
    if (host) host(shown);
    else early.push(shown);
  };
}

/** `toast.success("Task #15 created", { description, action: { label: "Open", onClick } })`, from anywhere in the browser. */
export const toast = {
  success: show("success"),
  error: show("error"),
  info: show("info"),
  warning: show("warning"),
  message: show("message"),
};

/** Takes over the showing of toasts; those that came before are shown now. For the `Toaster` alone. */
export function hostToasts(next: (shown: Shown) => void): () => void {
  host = next;
  for (const shown of early.splice(0)) next(shown);
  return () => {
    host = undefined;
  };
}
