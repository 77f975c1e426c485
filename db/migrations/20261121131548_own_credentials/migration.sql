ALTER TABLE "reservations" ADD COLUMN "own_key" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "reservations" ADD COLUMN "is_call" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "model_credentials" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "usage_records" ADD COLUMN "own_key" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_records" ADD COLUMN "estimated" boolean DEFAULT false NOT NULL;--> statement-breakpoint
DROP INDEX "model_credentials_provider";--> statement-breakpoint
CREATE UNIQUE INDEX "model_credentials_provider" ON "model_credentials" ("org_id","provider") WHERE removed_at is null and user_id is null;--> statement-breakpoint
CREATE UNIQUE INDEX "model_credentials_own" ON "model_credentials" ("org_id","user_id","provider") WHERE removed_at is null and user_id is not null;