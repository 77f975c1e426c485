import { Progress } from "#app/_ui/progress.tsx";
import type { Quota } from "#server/quotas/schema.ts";
import { quotaNames, quotaText, quotaWords } from "./quota-words.ts";

/** What somebody used of their quota: a bar where there is a limit, the number alone where there is none. */
export function QuotaMeters({ name: whose, limits, used }: { name: string; limits: Quota; used: Quota }) {
  return (
    <ul aria-label={`Quota of ${whose}`} className="grid gap-4 sm:grid-cols-2">
      {quotaNames.map((name) => {
        const limit = limits[name];
        const { label } = quotaWords[name];
        const text = quotaText(name, used[name], limit);
        return (
          <li key={name}>
            {limit === null ? (
              <p className="flex items-baseline justify-between gap-3 text-app text-muted">
                {label}
                <span className="text-small text-faint tabular-nums">{text}, no limit</span>
              </p>
            ) : (
              <Progress
                label={label}
                value={limit === 0 ? 100 : Math.min(100, ((used[name] ?? 0) / limit) * 100)}
                detail={text}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
