"use client";

import { CSPProvider } from "@base-ui/react/csp-provider";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { Toaster } from "#app/_ui/toaster.tsx";
import { TooltipHost } from "#app/_ui/tooltip-host.tsx";
import { ActionsProvider } from "./actions.tsx";

/** What every page stands in: theme, URL state, actions of the keyboard, tooltips, toasts. */
export function Providers({ nonce, children }: { nonce?: string; children: ReactNode }) {
  return (
    <ThemeProvider
      attribute="data-theme"
      defaultTheme="system"
      enableSystem
      enableColorScheme={false}
      disableTransitionOnChange
      nonce={nonce}
    >
      <CSPProvider nonce={nonce} disableStyleElements>
        <NuqsAdapter>
          <ActionsProvider>
            {/* Popups are portalled beside this, so nothing inside can ever stack above them. */}
            <div className="isolate">{children}</div>
          </ActionsProvider>
        </NuqsAdapter>
      </CSPProvider>
      <Toaster />
      <TooltipHost />
    </ThemeProvider>
  );
}
