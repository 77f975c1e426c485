import { Section } from "#app/_features/settings/settings-page.tsx";
import { money, tokenCount } from "#app/_ui/format.ts";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { CostSummary } from "#server/budgets/schema.ts";

type Row = CostSummary["groups"][number]["rows"][number];
type CostTableProps = { title: string; noun: string; rows: readonly Row[]; total: number };

/** Costs split one way, dearest first. */
export function CostTable({ title, noun, rows, total }: CostTableProps) {
  return (
    <Section title={title} flush>
      <Table label={title} columns={columnsOf(noun, total)} rows={rows} rowKey={({ key }) => key} />
    </Section>
  );
}

const tokensOf = (row: Row) => row.inputTokens + row.outputTokens + row.cacheReadTokens + row.cacheWriteTokens;

function columnsOf(noun: string, total: number): readonly Column<Row>[] {
  return [
    { id: "name", title: noun, grow: true, cell: ({ name }) => <span title={name}>{name}</span> },
    {
      id: "tokens",
      title: "Tokens",
      align: "end",
      wideOnly: true,
      cell: (row) => <span className="text-muted tabular-nums">{tokenCount(tokensOf(row))}</span>,
    },
    {
      id: "cost",
      title: "Cost",
      align: "end",
      cell: ({ costMicros }) => <span className="tabular-nums">{money(costMicros)}</span>,
    },
    {
      id: "share",
      title: "Share",
      align: "end",
      cell: ({ costMicros }) => (
        <span className="text-muted tabular-nums">{total === 0 ? 0 : Math.round((costMicros / total) * 100)} %</span>
      ),
    },
  ];
}
