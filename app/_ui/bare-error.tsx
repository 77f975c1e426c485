type BareErrorProps = { title: string; reference?: string; onRetry: () => void; children: string };

/**
 * What is left to show when a page broke. Every page carries it in its first load, so it stands alone: no icons, no
 * other component. Everywhere else there is `ErrorState`.
 */
export function BareError({ title, reference, onRetry, children }: BareErrorProps) {
  return (
    <div role="alert" className="flex flex-col items-center gap-1 px-6 py-12 text-center">
      <h2 className="text-read font-semibold">{title}</h2>
      <p className="max-w-sm text-app text-pretty text-muted">{children}</p>
      {reference ? <p className="font-mono text-small text-faint">Reference {reference}</p> : null}
      <button
        type="button"
        onClick={onRetry}
        className="mt-3 h-8 rounded-md bg-accent px-3 text-app font-medium text-accent-ink hover:bg-accent-hover coarse:h-10"
      >
        Try again
      </button>
    </div>
  );
}
