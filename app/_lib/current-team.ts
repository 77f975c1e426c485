"use client";

import { createContext, useContext } from "react";

/** The team one looks at, also on pages that are of no team; null: there is none yet. Said by the frame around the pages. */
export const CurrentTeam = createContext<string | null>(null);

export const useCurrentTeam = (): string | null => useContext(CurrentTeam);
