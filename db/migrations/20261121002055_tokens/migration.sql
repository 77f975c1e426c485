CREATE TABLE "refresh_tokens" (
	"hash" text PRIMARY KEY,
	"sign_in_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"used_at" timestamp(3) with time zone,
	"used_by" text
);
--> statement-breakpoint
ALTER TABLE "sign_ins" ADD COLUMN "kind" text DEFAULT 'browser' NOT NULL;--> statement-breakpoint
ALTER TABLE "sign_ins" ADD COLUMN "key_id" uuid;--> statement-breakpoint
ALTER TABLE "sign_ins" ADD COLUMN "for_org_id" uuid;--> statement-breakpoint
ALTER TABLE "sign_ins" ALTER COLUMN "user_id" DROP NOT NULL;--> statement-breakpoint
CREATE INDEX "refresh_tokens_sign_in" ON "refresh_tokens" ("sign_in_id");--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_sign_in_id_sign_ins_id_fkey" FOREIGN KEY ("sign_in_id") REFERENCES "sign_ins"("id") ON DELETE CASCADE;