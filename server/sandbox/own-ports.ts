/** The first of the loopback ports at which an isolated session's sandbox finds our services: model, MCP and git. */
export const firstOwnPort = 9_101;

export const isOwnPort = (port: number): boolean => port >= firstOwnPort && port < firstOwnPort + 3;
