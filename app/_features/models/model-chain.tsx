import clsx from "clsx";
import { Ban, CircleCheck } from "lucide-react";
import { money } from "#app/_ui/format.ts";
import type { Routing } from "./routing-type.ts";

type ModelChainProps = { tier: string; chain: readonly string[]; models: Routing["models"] };

/** The models of a tier in their order, each with its price, or why it is not called now. */
export function ModelChain({ tier, chain, models }: ModelChainProps) {
  if (chain.length === 0) return <p className="text-app text-muted">No model: work for this tier waits.</p>;
  const first = chain.find((name) => models.some(({ model, usable }) => model === name && usable));
  return (
    <ol aria-label={`Models of ${tier}`} className="flex flex-col gap-1">
      {chain.map((name) => {
        const state = models.find(({ model }) => model === name);
        const isUsable = state?.usable ?? false;
        const Icon = isUsable ? CircleCheck : Ban;
        return (
          <li key={name} className="flex min-w-0 flex-wrap items-center gap-x-2 text-app">
            <Icon
              aria-label={isUsable ? "usable" : "not usable"}
              className={clsx("size-3.5 shrink-0", isUsable ? "text-success" : "text-faint")}
            />
            <span className={clsx("min-w-0 font-mono text-small break-all", !isUsable && "text-muted")}>{name}</span>
            {name === first ? <span className="text-small font-medium text-success">taken now</span> : null}
            <span className="text-small text-muted">{state?.why ?? priceOf(state)}</span>
          </li>
        );
      })}
    </ol>
  );
}

function priceOf(state: Routing["models"][number] | undefined): string {
  if (!state || state.inputMicros === null || state.outputMicros === null) return "";
  if (state.inputMicros + state.outputMicros === 0) return "costs nothing";
  return `${money(state.inputMicros)} in, ${money(state.outputMicros)} out for a million tokens`;
}
