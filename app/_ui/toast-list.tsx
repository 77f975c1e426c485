"use client";

import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { useTheme } from "next-themes";
import { useEffect } from "react";
import { Toaster as SonnerToaster, toast as sonner } from "sonner";
import { hostToasts } from "./toast.ts";

type Shown = Parameters<Parameters<typeof hostToasts>[0]>[0];

/** The toasts on the screen. Loaded by `Toaster` with the ones that could not wait. */
export function ToastList({ early }: { early: readonly Shown[] }) {
  const { resolvedTheme } = useTheme();
  useEffect(() => {
    const show = ({ kind, title, options }: Shown) => sonner[kind](title, options);
    // The first ones under an id of their own: effects may run twice, a toast must not.
    early.forEach((shown, index) => {
      show({ ...shown, options: { id: `early-${index}`, ...shown.options } });
    });
    return hostToasts(show);
  }, [early]);
  return (
    <SonnerToaster
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-right"
      gap={8}
      style={{ fontFamily: "inherit" }}
      visibleToasts={4}
      icons={{
        success: <CircleCheck className="size-4 text-success" />,
        error: <CircleAlert className="size-4 text-danger" />,
        warning: <TriangleAlert className="size-4 text-warning" />,
        info: <Info className="size-4 text-info" />,
      }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-[min(356px,calc(100vw-32px))] items-start gap-2.5 rounded-lg bg-raised px-3 py-2.5 text-app text-ink shadow-popup",
          title: "font-medium",
          description: "mt-0.5 text-muted",
          content: "min-w-0 grow",
          icon: "mt-0.5 shrink-0",
          actionButton:
            "ml-auto h-6 shrink-0 rounded-md border border-line-strong px-2 text-small font-medium hover:bg-hover",
          cancelButton: "h-6 shrink-0 rounded-md px-2 text-small text-muted hover:bg-hover",
        },
      }}
    />
  );
}
