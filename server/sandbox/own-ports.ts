/** The first of the loopback ports at which an isolated session's sandbox finds our services: model, MCP and git. */
export const firstOwnPort = 9_101;

/** The loopback port at which the sandbox of a set-up finds its way out; no other sandbox has it. */
export const setupProxyPort = 9_109;

export const isOwnPort = (port: number): boolean => port >= firstOwnPort && port < firstOwnPort + 3;
