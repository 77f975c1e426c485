import { CircleCheck, CircleDashed, CircleSlash, CircleX } from "lucide-react";
import type { ReactNode } from "react";
import { Badge, type Tone } from "#app/_ui/badge.tsx";
import type { ResourceStatus } from "#db/enums.ts";

const faces: Record<ResourceStatus, { label: string; tone: Tone; icon: ReactNode }> = {
  up: { label: "Up", tone: "success", icon: <CircleCheck /> },
  down: { label: "Down", tone: "danger", icon: <CircleX /> },
  off: { label: "Not set up", tone: "neutral", icon: <CircleSlash /> },
  unknown: { label: "Not asked yet", tone: "neutral", icon: <CircleDashed /> },
};

/** How a part of the installation, or something attached to it, is. */
export function Health({ status }: { status: ResourceStatus }) {
  const { label, tone, icon } = faces[status];
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}
