CREATE TABLE "model_credential_secrets" (
	"org_id" uuid,
	"credential_id" uuid,
	"sealed" text NOT NULL,
	CONSTRAINT "model_credential_secrets_pkey" PRIMARY KEY("org_id","credential_id")
);
--> statement-breakpoint
CREATE TABLE "model_credentials" (
	"org_id" uuid,
	"id" uuid,
	"provider" text NOT NULL,
	"api" text NOT NULL,
	"base_url" text NOT NULL,
	"last_four" text,
	"status" text NOT NULL,
	"problem" text,
	"test_answer" text NOT NULL,
	"models" text[] NOT NULL,
	"gone_models" jsonb NOT NULL,
	"saved_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "model_credentials_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "model_routings" (
	"org_id" uuid,
	"team_id" uuid,
	"tiers" jsonb NOT NULL,
	"routes" jsonb NOT NULL,
	"version" integer NOT NULL,
	"set_by" jsonb NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "model_routings_pkey" PRIMARY KEY("org_id","team_id")
);
--> statement-breakpoint
CREATE TABLE "provider_pauses" (
	"org_id" uuid,
	"credential_id" uuid,
	"paused_until" timestamp(3) with time zone NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "provider_pauses_pkey" PRIMARY KEY("org_id","credential_id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "model_credentials_provider" ON "model_credentials" ("org_id","provider") WHERE removed_at is null;--> statement-breakpoint
ALTER TABLE "model_routings" ADD CONSTRAINT "model_routings_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");