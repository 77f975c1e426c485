import { getAliases, postAliases } from "./aliases.ts";

type Described = Record<string, { post: object }>;

/** The short addresses, described as the operations they stand for. */
export function describeAliases(paths: Described, address: string) {
  const servers = [{ url: address }];
  const posts = Object.entries(postAliases).map(([path, name]): [string, object] => [
    `/api/${path}`,
    { servers, post: { ...paths[`/${name}`]?.post, operationId: `short_${name}` } },
  ]);
  const gets = Object.entries(getAliases).map(([path, name]): [string, object] => {
    const { requestBody: _body, ...read } = { requestBody: {}, ...paths[`/${name}`]?.post };
    return [`/api/${path}/{agent}`, { servers, get: { ...read, operationId: `short_${name}`, parameters: [agent] } }];
  });
  return Object.fromEntries([...posts, ...gets]);
}

const agent = {
  name: "agent",
  in: "path",
  required: true,
  schema: { type: "string" },
  description: "The handle of an agent or a person.",
};
