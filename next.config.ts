import type { NextConfig } from "next";

const config: NextConfig = {
  agentRules: false,
  reactStrictMode: true,
  poweredByHeader: false,
  typedRoutes: false,
  // `npm run check`, a part of `npm test`, reads the types of everything; here it would only add seconds to a first start.
  typescript: { tsconfigPath: "tsconfig.build.json", ignoreBuildErrors: true },
  images: { unoptimized: true },
  // In development a page would not listen before the words for debugging of its server have come, on some machines never.
  experimental: { reactDebugChannel: false },
  // What browsers and bots ask for on their own, whatever the page names.
  rewrites: async () => [
    { source: "/favicon.ico", destination: "/icon.svg" },
    // As other channel services have it.
    { source: "/stats", destination: "/api/stats" },
  ],
};

export default config;
