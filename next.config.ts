import type { NextConfig } from "next";

const config: NextConfig = {
  agentRules: false,
  reactStrictMode: true,
  poweredByHeader: false,
  typedRoutes: false,
  // `npm run check` reads the types of everything; here it would only add seconds to the first start.
  typescript: { tsconfigPath: "tsconfig.build.json", ignoreBuildErrors: true },
  images: { unoptimized: true },
  // What browsers and bots ask for on their own, whatever the page names.
  rewrites: async () => [{ source: "/favicon.ico", destination: "/icon.svg" }],
};

export default config;
