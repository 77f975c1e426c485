import { z } from "zod";
import { errorCodes } from "../errors.ts";
import { describeAliases } from "./openapi-aliases.ts";
import { describeAuth } from "./openapi-auth.ts";
import { describeEventStream } from "./openapi-events.ts";
import type { Operation } from "../operation.ts";

/** The OpenAPI 3.1 document of `POST /api/v1/<operation>`, read from the operations themselves. */
export function describeApi(operations: ReadonlyMap<string, Operation>, address: string) {
  const paths = Object.fromEntries(
    [...operations.values()].map((operation) => [`/${operation.name}`, pathOf(operation)]),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "Entourage",
      version: "1",
      description:
        "Every operation by POST with JSON. Send an API key (`oc_…`) or an access token as `Authorization: Bearer …`; a person's token says the organization by the header `x-entourage-org` (slug or id). Commands take an `Idempotency-Key`: the same key again within a day gives the first answer again.",
    },
    servers: [{ url: `${address}/api/v1` }],
    security: [{ apiKey: [] }],
    paths: { ...paths, ...describeAuth(address), ...describeAliases(paths, address), ...describeEventStream(address) },
    components: {
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "An API key (`oc_…`) or an access token." },
      },
      schemas: { Error: errorSchema },
    },
  };
}

function pathOf(operation: Operation) {
  return {
    post: {
      operationId: operation.name,
      summary: operation.summary,
      description: `Needs the permission \`${operation.permission}\`.`,
      ...(operation.kind === "command" && { parameters: [idempotencyKey] }),
      requestBody: {
        required: true,
        content: { "application/json": { schema: jsonSchema(operation.input, "input") } },
      },
      responses: {
        200: {
          description: "Done.",
          content: { "application/json": { schema: jsonSchema(operation.output, "output") } },
        },
        default: {
          description: "Refused; the message says what is possible now.",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      },
    },
  };
}

function jsonSchema(schema: z.ZodType, io: "input" | "output") {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io });
  return body;
}

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  schema: { type: "string", maxLength: 200 },
  description: "Your name for this request; repeating it does nothing twice.",
};

const errorSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "requestId"],
      properties: {
        code: { type: "string", enum: [...Object.keys(errorCodes), "internal"] },
        message: { type: "string" },
        details: { type: "object" },
        requestId: { type: "string" },
      },
    },
  },
};
