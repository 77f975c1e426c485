import { z } from "zod";
import { registered, registerInput } from "../auth/schema.ts";
import { granted, started, startInput, tokenInput } from "../device-sign-ins/schema.ts";
import { initInput, signatureToPlace, verified, verifyInput } from "../profile-sign-ins/schema.ts";
import { loginInput, profile, refreshInput, resetInput, signedIn, tokenPair } from "../tokens/schema.ts";

/** Signing up and in stand beside the operations: under `/api/auth`, most of them for somebody who has no key yet. */
export function describeAuth(address: string) {
  const paths = [
    ["register", "Sign up. The first person owns the first organization.", registerInput, 201, registered],
    ["login", "Sign in for an access token (60 minutes) and a refresh token (30 days).", loginInput, 200, signedIn],
    ["refresh", "Exchange a refresh token for a new pair; the old one ends.", refreshInput, 200, tokenPair],
    ["init", "Get a signature to place in your public profile within ten minutes.", initInput, 200, signatureToPlace],
    ["verify", "Have the profile read, for an access token of seven days.", verifyInput, 200, verified],
    ["device", "Begin to be let in by a person in a browser (RFC 8628).", startInput, 200, started],
    ["device/token", "Ask whether the person let you in; `error` says why not.", tokenInput, 200, granted],
    ["reset", "Set a new password by the token of a reset link; every sign-in ends.", resetInput, 200, z.object({})],
    ["revoke", "End a sign-in with all of its tokens.", refreshInput.partial(), 200, z.object({})],
  ] as const;
  const servers = [{ url: address }];
  return {
    ...Object.fromEntries(
      paths.map(([name, summary, input, status, output]) => [
        `/api/auth/${name}`,
        {
          servers,
          post: {
            operationId: `auth_${name.replace("/", "_")}`,
            summary,
            security: [],
            requestBody: { required: true, content: json(input, "input") },
            responses: { [status]: { description: "Done.", content: json(output, "output") }, default: refused },
          },
        },
      ]),
    ),
    "/api/auth/me": {
      servers,
      get: {
        operationId: "auth_me",
        summary: "Read who the token, key or session belongs to.",
        responses: { 200: { description: "You.", content: json(profile, "output") }, default: refused },
      },
    },
  };
}

function json(schema: z.ZodType, io: "input" | "output") {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io });
  return { "application/json": { schema: body } };
}

const refused = {
  description: "Refused; the message says what is possible now.",
  content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
};
