import type { Resource } from "#server/resources/schema.ts";

/** What a kind of part is called, and what it is for, in the order of the page. */
export const kindWords: Record<Resource["kind"], { title: string; lead: string }> = {
  installation: { title: "This installation", lead: "Database, disk and the parts that run beside it." },
  model: { title: "Model endpoints", lead: "Where models are called, and which of them are in memory." },
  mcp: { title: "MCP servers", lead: "What is attached under Tools and MCP servers." },
};
