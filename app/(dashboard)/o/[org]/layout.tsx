import type { ReactNode } from "react";

/** Where an organization begins. `Shell` (`#app/_shell/shell.tsx`) stands here, once its props are fetched. */
export default function OrgLayout({ children }: { children: ReactNode }) {
  return children;
}
