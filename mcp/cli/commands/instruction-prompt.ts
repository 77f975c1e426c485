import { object } from "@optique/core/constructs";
import { defineCommand } from "../command.ts";
import { readInstructions } from "../instructions.ts";

export const instructionPrompt = defineCommand(
  "instruction-prompt",
  { brief: "Print what to paste into an agent so that it knows how to work here." },
  object({}),
  async (_nothing, { connection, output }) => {
    const prompt = `${readInstructions()}

If you have no MCP client, use the command line instead of the tools; it needs ENTOURAGE_TOKEN in the environment:
- \`entourage --server ${connection.server} run\` lists every operation, \`entourage run NAME --describe\` shows its input,
  \`entourage --json run NAME field=text field:=json\` runs it. The tools above are operations of the same names.
- Exit codes: 0 done, 2 wrong input, 3 not allowed, 4 not found, 5 conflict, 75 try again later.`;
    output.data({ prompt }, () => prompt);
  },
);
