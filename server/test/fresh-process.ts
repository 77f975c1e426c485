/**
 * Runs before each test file of those that share a process, so that it begins as in one of its own: what a process keeps
 * for itself (settings it has read, attempts it has counted) is forgotten.
 */
for (const name of Object.keys(globalThis)) if (name.startsWith("entourage")) Reflect.deleteProperty(globalThis, name);
