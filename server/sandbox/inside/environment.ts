/** Just these variables. Next's types want NODE_ENV in every environment; a gate decides on it itself. */
export function wholeEnvironment(variables: Record<string, string>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { NODE_ENV: "production", ...variables };
  if (variables.NODE_ENV === undefined) Reflect.deleteProperty(env, "NODE_ENV");
  return env;
}
