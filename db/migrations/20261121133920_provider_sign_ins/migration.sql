CREATE TABLE "provider_sign_ins" (
	"org_id" uuid,
	"id" uuid,
	"user_id" uuid NOT NULL,
	"user_name" text NOT NULL,
	"provider" text NOT NULL,
	"api" text NOT NULL,
	"base_url" text NOT NULL,
	"token_url" text NOT NULL,
	"client_id" text NOT NULL,
	"device_code" text,
	"user_code" text NOT NULL,
	"verification_uri" text NOT NULL,
	"verification_uri_complete" text,
	"interval_seconds" integer NOT NULL,
	"next_poll_at" timestamp(3) with time zone NOT NULL,
	"poll" uuid,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"status" text NOT NULL,
	"problem" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	CONSTRAINT "provider_sign_ins_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "sign_in_providers" (
	"org_id" uuid,
	"id" uuid,
	"provider" text NOT NULL,
	"api" text NOT NULL,
	"base_url" text NOT NULL,
	"device_url" text NOT NULL,
	"token_url" text NOT NULL,
	"client_id" text NOT NULL,
	"scopes" text NOT NULL,
	"set_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "sign_in_providers_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
ALTER TABLE "model_credential_secrets" ADD COLUMN "refresh_sealed" text;--> statement-breakpoint
ALTER TABLE "model_credential_secrets" ADD COLUMN "expires_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "model_credential_secrets" ADD COLUMN "token_url" text;--> statement-breakpoint
ALTER TABLE "model_credential_secrets" ADD COLUMN "client_id" text;--> statement-breakpoint
ALTER TABLE "model_credential_secrets" ADD COLUMN "refreshing_until" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "model_credentials" ADD COLUMN "form" text DEFAULT 'key' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "provider_sign_ins_open" ON "provider_sign_ins" ("org_id","user_id","provider") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "provider_sign_ins_due" ON "provider_sign_ins" ("next_poll_at") WHERE status = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "sign_in_providers_provider" ON "sign_in_providers" ("org_id","provider") WHERE removed_at is null;