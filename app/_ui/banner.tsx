import clsx from "clsx";
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

type BannerTone = "info" | "warning" | "danger" | "success";

const tones: Record<BannerTone, string> = {
  info: "border-info-line bg-info-soft text-info",
  success: "border-success-line bg-success-soft text-success",
  warning: "border-warning-line bg-warning-soft text-warning",
  danger: "border-danger-line bg-danger-soft text-danger",
};

const icons: Record<BannerTone, ReactNode> = {
  info: <Info />,
  success: <Info />,
  warning: <TriangleAlert />,
  danger: <CircleAlert />,
};

type BannerProps = {
  tone: BannerTone;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
  /** Framed, inside a page; otherwise it spans the page under the status line. */
  inset?: boolean;
};

/** A state of the whole page: paused, stale, open to all. Polite to screen readers. */
export function Banner({ tone, title, children, action, icon, inset = false }: BannerProps) {
  return (
    <div
      role="status"
      className={clsx(
        "flex items-start gap-x-2.5 gap-y-1.5 px-3 py-2 text-app max-sm:flex-wrap sm:items-center [&>svg]:size-4 [&>svg]:shrink-0 max-sm:[&>svg]:mt-0.5",
        inset ? "rounded-md border" : "border-b",
        tones[tone],
      )}
    >
      {icon ?? icons[tone]}
      <p className="min-w-0 grow max-sm:basis-[calc(100%-2rem)]">
        <strong className="font-semibold">{title}</strong> <span className="text-ink">{children}</span>
      </p>
      {action ? <span className="shrink-0 max-sm:ml-6.5">{action}</span> : null}
    </div>
  );
}
