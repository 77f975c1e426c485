CREATE TABLE "channel_evictions" (
	"org_id" uuid,
	"id" uuid,
	"channel_id" uuid NOT NULL,
	"channel_name" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"done_at" timestamp(3) with time zone,
	CONSTRAINT "channel_evictions_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "channel_grants" (
	"org_id" uuid,
	"channel_id" uuid,
	"grantee_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "channel_grants_pkey" PRIMARY KEY("org_id","channel_id","grantee_id")
);
--> statement-breakpoint
CREATE TABLE "channel_messages" (
	"org_id" uuid,
	"channel_id" uuid,
	"seq" bigint,
	"channel" text NOT NULL,
	"sender" text NOT NULL,
	"sender_id" text NOT NULL,
	"payload" text NOT NULL,
	"published_at" timestamp(3) with time zone NOT NULL,
	"is_pushed" boolean NOT NULL,
	CONSTRAINT "channel_messages_pkey" PRIMARY KEY("org_id","channel_id","seq")
);
--> statement-breakpoint
CREATE TABLE "channel_rates" (
	"org_id" uuid,
	"actor_id" text,
	"times" timestamp with time zone[] NOT NULL,
	CONSTRAINT "channel_rates_pkey" PRIMARY KEY("org_id","actor_id")
);
--> statement-breakpoint
CREATE TABLE "channel_streams" (
	"org_id" uuid,
	"id" uuid,
	"kind" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"path" text NOT NULL,
	"seq" bigint NOT NULL,
	"used_at" timestamp(3) with time zone NOT NULL,
	"is_heard" boolean NOT NULL,
	CONSTRAINT "channel_streams_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "channel_timers" (
	"org_id" uuid,
	"channel_id" uuid,
	"timer" text NOT NULL,
	"wanted_until" timestamp(3) with time zone NOT NULL,
	"ticked_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "channel_timers_pkey" PRIMARY KEY("org_id","channel_id")
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"org_id" uuid,
	"id" uuid,
	"owner_id" uuid NOT NULL,
	"path" text NOT NULL,
	"locked_at" timestamp(3) with time zone,
	"description" text,
	"schema" jsonb,
	"advertised_at" timestamp(3) with time zone,
	"keep_count" integer,
	"keep_seconds" integer,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "channels_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "handles" (
	"org_id" uuid,
	"handle" text,
	"owner_id" uuid NOT NULL,
	"owner_kind" text NOT NULL,
	"is_current" boolean NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "handles_pkey" PRIMARY KEY("org_id","handle")
);
--> statement-breakpoint
CREATE INDEX "channel_evictions_open" ON "channel_evictions" ("created_at") WHERE done_at is null;--> statement-breakpoint
CREATE INDEX "channel_messages_unpushed" ON "channel_messages" ("org_id","channel_id","seq") WHERE not is_pushed;--> statement-breakpoint
CREATE INDEX "channel_messages_published" ON "channel_messages" ("published_at");--> statement-breakpoint
CREATE UNIQUE INDEX "channel_streams_name" ON "channel_streams" ("org_id","kind","owner_id","path");--> statement-breakpoint
CREATE UNIQUE INDEX "channels_owner_path" ON "channels" ("org_id","owner_id","path");--> statement-breakpoint
CREATE UNIQUE INDEX "handles_owner" ON "handles" ("org_id","owner_id") WHERE is_current;--> statement-breakpoint
ALTER TABLE "channel_grants" ADD CONSTRAINT "channel_grants_org_id_channel_id_channels_org_id_id_fkey" FOREIGN KEY ("org_id","channel_id") REFERENCES "channels"("org_id","id");