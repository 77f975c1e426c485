// Which folder may know which: docs say why, this says no. npm packages are seen but not followed, so that rules about
// them can fire. With TypeScript 7 the cruiser reads nothing and passes; scripts/check/import-directions.ts counts.
const NOUN = "^server/([^/]+)/";
const TEST_FOLDER = "^(?!node_modules/).*/test/";
const TESTS = `([.]test[.]tsx?$|^e2e/|${TEST_FOLDER})`;
/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-runtime-cycles",
      severity: "error",
      comment: "A cycle means two files are one file. Type-only edges are harmless.",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-orphans",
      severity: "error",
      comment: "A file nothing imports is dead or misplaced.",
      from: {
        orphan: true,
        pathNot: [
          TESTS,
          "[.]d[.]ts$",
          "(^|/)[.]",
          "[.]config[.][^/]+$",
          "^app/.*/?(page|layout|route|error|loading|not-found|default|template|global-error)[.]tsx?$",
          "^instrumentation[.]ts$",
          "^(scripts|bench|chaos|worker|app/_server|mcp)/[^/]+[.]m?ts$",
          "^bench/[^/]+/[^/]+[.]ts$",
        ],
      },
      to: {},
    },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "db-is-a-leaf",
      severity: "error",
      comment: "Tables know nothing of the code that uses them.",
      from: { path: "^db/", pathNot: TESTS },
      to: { path: "^(app|server|worker|mcp|e2e|scripts|bench)/" },
    },
    {
      name: "enums-import-nothing",
      severity: "error",
      comment: "db/enums.ts is shared by tables, zod and the browser.",
      from: { path: "^db/enums[.]ts$" },
      to: { path: ".+" },
    },
    {
      name: "schema-is-client-safe",
      severity: "error",
      comment: "server/<noun>/schema.ts is bundled into the browser: zod, enums and other schemas only.",
      from: { path: "^server/([^/]+/schema|plans/document)[.]ts$" },
      to: {
        pathNot: [
          "node_modules/zod/",
          "^db/enums[.]ts$",
          "^server/([^/]+/schema|plans/document)[.]ts$",
          // The kinds of coding agents are a table.
          "^server/(ids|json-depth|drivers/kinds|errors|smallest-call|repos/setup-hosts)[.]ts$",
        ],
      },
    },
    {
      name: "server-knows-no-transport",
      severity: "error",
      comment: "Domain code is the same for tRPC, MCP, webhook and worker because it knows none of them.",
      from: { path: "^server/", pathNot: ["^server/(trpc|auth|drivers)/", TESTS] },
      to: {
        path: [
          "^(app|mcp|worker|e2e)/",
          "^server/trpc/",
          "node_modules/(next|react|@trpc|@modelcontextprotocol|next-auth)/",
        ],
      },
    },
    {
      name: "service-below-operations",
      severity: "error",
      comment: "operations -> service, never back.",
      from: { path: "^server/[^/]+/(service|queries|jobs|transitions|projection|schema)[.]ts$" },
      to: { path: ["^server/[^/]+/operations[.]ts$", "^server/(operation|execute)[.]ts$"] },
    },
    {
      name: "no-operation-calls-an-operation",
      severity: "error",
      comment: "Nested operations nest authorisation and transactions; share a service function instead.",
      from: { path: "^server/[^/]+/operations[.]ts$" },
      to: { path: "^server/[^/]+/operations[.]ts$" },
    },
    {
      name: "nouns-meet-through-services",
      severity: "error",
      // What a noun says (schema, transitions), how many change together (changes), finds (finding, queries) and does (service, jobs), and the parts that
      // several nouns stand on: the dependencies of tasks, clocks and fence of leases, pause switches, what closes with a task,
      // the crew of a team, the ledger of money, its words and refusals, what was used, the routing of models, families of tokens, invitations,
      // how knowledge is searched and attached servers are checked, paths that stay inside, where a workspace is and how it is made and run in, the facts of a repository,
      // how work in sessions begins, how reviews are handed on, how servers of sign-ins are asked, and how what was refused is told.
      comment: "Across nouns import only what is made for others.",
      from: { path: NOUN, pathNot: ["^server/(trpc|events|realtime|auth)/", TESTS] },
      to: {
        path: NOUN,
        pathNot: [
          "^server/$1/",
          "^server/[^/]+/(schema|transitions|changes|finding|queries|service|jobs|closing|dependencies|clocks|fence|switches|crew|ledger|freeing|answers|words|refusals|usage|routing|families|invitations|searching|checking|confined|place|running|making|sources|caches|facts|beginning|handing|asking-server|telling)[.]ts$",
          "^server/(events|realtime|auth|git|llm|github|outgoing|sandbox|drivers|tracing)/",
          // How people are asked, and what agents' tools may do without.
          "^server/human-requests/(approvals|canonical|costs|policies)[.]ts$",
          "^server/policies/(asking|cache|deciding|flags|granting|paths)[.]ts$",
          "^server/templates/filling[.]ts$",
          // Who works on a task in a session begins a conversation, speaks in it and ends it.
          "^server/sessions/(conversations|driven|idle|messages|models)[.]ts$",
          // What is streamed is streamed in one way, and attached servers are called in one.
          "^server/(http/following|tools/(tool|mcp-tools))[.]ts$",
          "^server/(messages/receipts|models/choosing|task-contexts/assembly)[.]ts$",
        ],
      },
    },
    {
      name: "mcp-reaches-operations-only",
      severity: "error",
      from: { path: "^mcp/", pathNot: TESTS },
      to: {
        path: "^(server|db|app|worker)/",
        pathNot: [
          "^server/[^/]+/operations[.]ts$",
          "^server/(operation|execute|context|errors|ids|permissions|door|near-names|input-refusal|runtime|keyring)[.]ts$",
          // What the protocol itself needs: rows of its tasks, to hear what happened, to bring an answer.
          "^server/(mcp-tasks/service|events/watching|human-requests/(service|schema))[.]ts$",
          "^db/enums[.]ts$",
          "^server/tracing/",
          "^server/auth/",
        ],
      },
    },
    {
      name: "trpc-reaches-operations-only",
      severity: "error",
      from: { path: "^server/trpc/", pathNot: TESTS },
      to: {
        path: "^(server|db)/",
        pathNot: [
          "^server/trpc/",
          "^server/[^/]+/operations[.]ts$",
          "^server/(operation|execute|context|errors|door)[.]ts$",
          "^server/auth/",
        ],
      },
    },
    {
      name: "worker-reaches-services",
      severity: "error",
      comment: "The worker acts as the system: services and jobs, no operations, no UI.",
      from: { path: "^worker/", pathNot: TESTS },
      to: { path: ["^(app|mcp)/", "^server/trpc/", "^server/[^/]+/operations[.]ts$"] },
    },
    {
      name: "enqueue-without-the-handler",
      severity: "error",
      comment: "Handlers pull in git, docker and LLM SDKs; only the worker may load them.",
      // Where each part is a process of its own, one command begins them all: only what was asked for is loaded.
      from: { pathNot: ["^(worker|bench|chaos)/", "^scripts/serve[.]ts$", TESTS] },
      to: { path: "^worker/" },
    },
    {
      name: "browser-sees-schemas-and-types",
      severity: "error",
      comment:
        "Outside route handlers and app/_lib/caller.ts, app/ may import server values only from schema.ts, transitions.ts and words.ts.",
      from: { path: "^app/", pathNot: ["^app/.*route[.]ts$", "^app/_lib/(caller|auth)[.]ts$", "^app/_server/", TESTS] },
      to: {
        path: "^(server|db|mcp)/",
        pathNot: ["^server/[^/]+/(schema|transitions|words)[.]ts$", "^server/ids[.]ts$", "^db/enums[.]ts$"],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "ui-kit-knows-no-feature",
      severity: "error",
      from: { path: "^app/_ui/" },
      to: { path: "^(app/(?!_ui/)|server|db/(?!enums[.]ts)|mcp|worker)" },
    },
    {
      name: "features-do-not-reach-routes",
      severity: "error",
      from: { path: "^app/_(features|shell|ui|lib)/" },
      to: { path: ["^app/(?!_)", "^app/_server/"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "e2e-is-a-black-box",
      severity: "error",
      comment: "Schemas say what is answered; the model lab and the engine stand outside of the product.",
      from: { path: "^e2e/" },
      to: {
        path: "^(app|worker|mcp|server/(?![^/]+/schema[.]ts$|llm/test/(model-lab|lab-answer)[.]ts$|sandbox/test/(debian|docker)-engine[.]ts$))",
      },
    },
    {
      name: "one-pusher-one-github-one-llm",
      severity: "error",
      comment: "Each vendor SDK has one home.",
      from: {
        pathNot: [
          "^server/(realtime|github|llm|git|sandbox|drivers)/",
          "^app/_lib/live(-connection)?[.]tsx?$",
          "^app/api/realtime/",
          "^(e2e|bench|chaos|scripts)/",
          TESTS,
        ],
      },
      to: { path: "node_modules/(pusher|pusher-js|@octokit|@anthropic-ai|dockerode)/" },
    },
    {
      name: "one-writer-of-events",
      severity: "error",
      comment: "The event store and its outbox have one writer and one reader.",
      from: { path: "^(app|server|worker|mcp)/", pathNot: ["^server/events/", "^worker/relay[.]ts$", TESTS] },
      to: { path: "^db/schema/events[.]ts$" },
    },
    {
      name: "tables-by-name",
      severity: "error",
      comment: "Import a table from its own file, so that the graph shows who touches it.",
      from: { path: "^(app|server|worker|mcp)/" },
      to: { path: "^db/schema/index[.]ts$" },
    },
    {
      name: "no-test-imports",
      severity: "error",
      comment: "What tests stand on is not shipped.",
      from: { pathNot: [TESTS, "^(bench|chaos)/", "^scripts/test[.]ts$", "[.]config[.]ts$"] },
      to: { path: ["[.]test[.]tsx?$", TEST_FOLDER] },
    },
    {
      name: "scripts-are-the-outermost",
      severity: "error",
      comment: "The product never needs the scripts that start, check and measure it.",
      from: { path: "^(app|db|mcp|server|worker)/", pathNot: TESTS },
      to: { path: "^(scripts|bench|chaos|e2e)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^[.]next" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["node", "import", "types", "default"] },
  },
};
