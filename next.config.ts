import type { NextConfig } from "next";

const config: NextConfig = {
  agentRules: false,
  reactStrictMode: true,
  poweredByHeader: false,
  typedRoutes: false,
  images: { unoptimized: true },
};

export default config;
