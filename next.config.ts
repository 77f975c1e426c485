import type { NextConfig } from "next";

const config: NextConfig = {
  agentRules: false,
  reactStrictMode: true,
  poweredByHeader: false,
  typedRoutes: false,
  // Without the tests: `npm run check` reads those, and a build must not fail on one.
  typescript: { tsconfigPath: "tsconfig.build.json" },
  images: { unoptimized: true },
};

export default config;
