type Schema = Readonly<Record<string, unknown>>;

/** One thing a message has, by the advert: its name, what it is in words, whether it must be there. */
export type SchemaHint = { name: string; is: string; isRequired: boolean; description: string | null };

const mostHints = 30;
const mostLevels = 4;

/** What the top of a message looks like, as far as the schema says it plainly; nothing for what it does not. */
export function hintsOf(schema: Schema): SchemaHint[] {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = namesIn(schema.required);
  return Object.entries(properties)
    .slice(0, mostHints)
    .map(([name, of]) => ({
      name,
      is: wordsOf(of),
      isRequired: required.includes(name),
      description: isSchema(of) && typeof of.description === "string" ? of.description.slice(0, 200) : null,
    }))
    .toSorted((left, right) => Number(right.isRequired) - Number(left.isRequired));
}

/** A message to begin with: what must be there, with the simplest value that fits. */
export function skeletonOf(schema: unknown, levels = mostLevels): unknown {
  if (!isSchema(schema) || levels === 0) return null;
  if ("const" in schema) return schema.const;
  if ("default" in schema) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null;
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  switch (typeOf(schema)) {
    case "string":
      return "";
    case "number":
    case "integer":
      return typeof schema.minimum === "number" ? schema.minimum : 0;
    case "boolean":
      return false;
    case "array":
      return [];
    case "object":
      return skeletonOfObject(schema, levels);
    default:
      return null;
  }
}

function skeletonOfObject(schema: Schema, levels: number): Record<string, unknown> {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const names = namesIn(schema.required).slice(0, mostHints);
  return Object.fromEntries(names.map((name) => [name, skeletonOf(properties[name], levels - 1)]));
}

function wordsOf(schema: unknown): string {
  if (!isSchema(schema)) return schema === false ? "never" : "anything";
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) {
    return schema.enum
      .slice(0, 6)
      .map((each) => JSON.stringify(each))
      .join(" or ");
  }
  const type = typeOf(schema);
  return type === "array" && isSchema(schema.items) ? `list of ${wordsOf(schema.items)}`.slice(0, 60) : type;
}

function typeOf({ type, properties, required }: Schema): string {
  if (Array.isArray(type)) return type.map(String).join(" or ");
  if (typeof type === "string") return type;
  return properties || required ? "object" : "anything";
}

const namesIn = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
