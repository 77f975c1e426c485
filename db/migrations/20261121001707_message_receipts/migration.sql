CREATE TABLE "message_clocks" (
	"org_id" uuid,
	"agent_id" uuid,
	"message_id" uuid,
	"deliveries" integer NOT NULL,
	"due_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "message_clocks_pkey" PRIMARY KEY("org_id","agent_id","message_id")
);
--> statement-breakpoint
CREATE TABLE "message_receipts" (
	"org_id" uuid,
	"message_id" uuid,
	"recipient_id" uuid,
	"recipient_kind" text NOT NULL,
	"task_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	"delivered_at" timestamp(3) with time zone,
	"seen_at" timestamp(3) with time zone,
	"processed_at" timestamp(3) with time zone,
	CONSTRAINT "message_receipts_pkey" PRIMARY KEY("org_id","message_id","recipient_id")
);
--> statement-breakpoint
-- What was sent before now had one recipient at most.
INSERT INTO "message_receipts" ("org_id", "message_id", "recipient_id", "recipient_kind", "task_id", "created_at")
SELECT "org_id", "id", "recipient_id", "recipient_kind", "task_id", "created_at" FROM "messages" WHERE "recipient_id" IS NOT NULL;--> statement-breakpoint
DROP INDEX "messages_recipient";--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "thread_id" uuid;--> statement-breakpoint
ALTER TABLE "messages" DROP COLUMN "recipient_kind";--> statement-breakpoint
ALTER TABLE "messages" DROP COLUMN "recipient_id";--> statement-breakpoint
CREATE INDEX "message_clocks_due" ON "message_clocks" ("org_id","agent_id","due_at");--> statement-breakpoint
CREATE INDEX "message_receipts_inbox" ON "message_receipts" ("org_id","recipient_id","created_at");--> statement-breakpoint
CREATE INDEX "message_receipts_unseen" ON "message_receipts" ("org_id","recipient_id","task_id") WHERE seen_at is null;--> statement-breakpoint
CREATE INDEX "messages_direct" ON "messages" ("org_id","team_id","created_at") WHERE task_id is null;--> statement-breakpoint
ALTER TABLE "message_receipts" ADD CONSTRAINT "message_receipts_org_id_message_id_messages_org_id_id_fkey" FOREIGN KEY ("org_id","message_id") REFERENCES "messages"("org_id","id");