ALTER TABLE "events" ADD COLUMN "cause_seq" bigint;--> statement-breakpoint
ALTER TABLE "message_clocks" ADD COLUMN "sent_after_seq" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "events_correlation" ON "events" ("org_id","correlation_id","seq");