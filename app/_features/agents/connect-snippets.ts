type ClientId = "claude-code" | "cursor" | "vscode" | "mcp-json" | "curl";

type Snippet = {
  id: ClientId;
  label: string;
  /** What to do with the code, in a sentence. */
  how: string;
  file: string;
  code: string;
  /** Opens the client and installs it there, where the client can be asked so. */
  install?: { label: string; href: string };
};

/** Stands where the key belongs until one is made. */
export const keyPlaceholder = "oc_YOUR_KEY";

/** Ready-to-copy ways to connect an MCP client to this server with a key. */
export function connectSnippets(origin: string, key: string): readonly Snippet[] {
  const url = `${origin}/mcp`;
  const headers = { Authorization: `Bearer ${key}` };
  const http = { type: "http", url, headers };
  return [
    {
      id: "claude-code",
      label: "Claude Code",
      how: "Run this in the folder of the project. The agent finds its tools under “entourage”.",
      file: "Terminal",
      code: `claude mcp add --transport http entourage ${url} --header "Authorization: Bearer ${key}"`,
    },
    {
      id: "cursor",
      label: "Cursor",
      how: "Install it with one press, or put this into .cursor/mcp.json of the project.",
      file: ".cursor/mcp.json",
      code: pretty({ mcpServers: { entourage: { url, headers } } }),
      install: {
        label: "Add to Cursor",
        href: `cursor://anysphere.cursor-deeplink/mcp/install?name=entourage&config=${encodeURIComponent(base64({ url, headers }))}`,
      },
    },
    {
      id: "vscode",
      label: "VS Code",
      how: "Install it with one press, or put this into .vscode/mcp.json of the project.",
      file: ".vscode/mcp.json",
      code: pretty({ servers: { entourage: http } }),
      install: {
        label: "Add to VS Code",
        href: `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: "entourage", ...http }))}`,
      },
    },
    {
      id: "mcp-json",
      label: ".mcp.json",
      how: "For any other client that reads this form. Keep the file out of version control: it holds the key.",
      file: ".mcp.json",
      code: pretty({ mcpServers: { entourage: http } }),
    },
    {
      id: "curl",
      label: "curl",
      how: "Every tool also answers plain HTTP. This says whose key it is and what it may do.",
      file: "Terminal",
      code: [
        `curl -s -X POST ${origin}/api/v1/get_org \\`,
        `  -H "Authorization: Bearer ${key}" \\`,
        `  -H "Content-Type: application/json" -d '{}'`,
      ].join("\n"),
    },
  ];
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
const base64 = (value: unknown): string => btoa(JSON.stringify(value));
