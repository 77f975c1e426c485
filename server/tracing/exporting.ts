/**
 * Sends traces to where the standard variables of OpenTelemetry say (`OTEL_EXPORTER_OTLP_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, with `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`,
 * `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SDK_DISABLED`). Without them nothing is loaded and nothing is measured.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * @returns what sends the rest and ends it.
 */
export async function startTracing(
  part: "web" | "worker",
  environment: Record<string, string | undefined> = process.env,
): Promise<() => Promise<void>> {
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint || environment.OTEL_SDK_DISABLED === "true" || environment.OTEL_TRACES_EXPORTER === "none")
    return () => Promise.resolve();
  const { context, trace } = await import("@opentelemetry/api");
  const { AsyncLocalStorageContextManager } = await import("@opentelemetry/context-async-hooks");
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import(
    "@opentelemetry/resources"
  );
  const { BatchSpanProcessor, TracerProvider } = await import("@opentelemetry/sdk-trace");
  const own = resourceFromAttributes({
    "service.name": environment.OTEL_SERVICE_NAME ?? `entourage-${part}`,
    "service.namespace": "entourage",
  });
  const resource = defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  globalThis.entourageTracing = true;
  return async () => {
    globalThis.entourageTracing = false;
    // A collector that is away must not keep a process that stops.
    await provider.shutdown().catch(() => undefined);
  };
}
