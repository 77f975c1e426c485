const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** "just now", "4 min ago", "in 2 h", "3 d ago"; past a month the date itself. */
export function relativeTime(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000);
  const size = Math.abs(seconds);
  if (size < minute) return "just now";
  if (size > 30 * day) return new Date(at).toISOString().slice(0, 10);
  return seconds >= 0 ? `${duration(size)} ago` : `in ${duration(size)}`;
}

/** The largest unit that fits: "40 s", "4 min", "2 h", "3 d". */
export function duration(seconds: number): string {
  const size = Math.max(0, Math.round(seconds));
  if (size < minute) return `${size} s`;
  if (size < hour) return `${Math.floor(size / minute)} min`;
  if (size < day) return `${Math.floor(size / hour)} h`;
  return `${Math.floor(size / day)} d`;
}

/** Micro-dollars with as many digits as matter: $0, $0.0004, $0.038, $0.12, $1.24, $1,240. */
export function money(micros: number, currency = "USD"): string {
  const amount = micros / 1_000_000;
  const size = Math.abs(amount);
  const digits = size === 0 || size >= 1000 ? 0 : size >= 0.1 ? 2 : size >= 0.01 ? 3 : 4;
  if (size > 0 && size < 0.0001) return `< ${currencyText(0.0001, 4, currency)}`;
  return currencyText(amount, digits, currency);
}

/** 950, 12.4k, 1.2M: how many tokens. */
export function tokenCount(count: number): string {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(count).replace("K", "k");
}

function currencyText(amount: number, digits: number, currency: string): string {
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount);
}
