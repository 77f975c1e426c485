/** Servers that many people attach: where they are, by what their makers publish, and which header opens them. */
export const wellKnownServers = [
  { name: "github", label: "GitHub", url: "https://api.githubcopilot.com/mcp/", header: "Authorization=Bearer " },
  { name: "linear", label: "Linear", url: "https://mcp.linear.app/mcp", header: "Authorization=Bearer " },
  { name: "sentry", label: "Sentry", url: "https://mcp.sentry.dev/mcp", header: "Authorization=Bearer " },
  { name: "notion", label: "Notion", url: "https://mcp.notion.com/mcp", header: "Authorization=Bearer " },
  { name: "stripe", label: "Stripe", url: "https://mcp.stripe.com", header: "Authorization=Bearer " },
  { name: "context7", label: "Context7", url: "https://mcp.context7.com/mcp", header: "" },
  { name: "deepwiki", label: "DeepWiki", url: "https://mcp.deepwiki.com/mcp", header: "" },
] as const;
