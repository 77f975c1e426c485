CREATE TABLE "refusal_groups" (
	"org_id" uuid,
	"what" text,
	"subject_id" uuid,
	"session_id" uuid,
	"by" jsonb NOT NULL,
	"said" text[] DEFAULT '{}'::text[] NOT NULL,
	"times" integer NOT NULL,
	"told_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "refusal_groups_pkey" PRIMARY KEY("org_id","what","subject_id")
);
--> statement-breakpoint
CREATE INDEX "refusal_groups_told" ON "refusal_groups" ("told_at");