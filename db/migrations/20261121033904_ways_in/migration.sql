CREATE TABLE "device_sign_ins" (
	"hash" text PRIMARY KEY,
	"user_code_hash" text NOT NULL UNIQUE,
	"client_name" text NOT NULL,
	"ip" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"interval_seconds" integer NOT NULL,
	"polled_at" timestamp(3) with time zone,
	"decided_at" timestamp(3) with time zone,
	"user_id" uuid,
	"for_org_id" uuid,
	"used_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "profile_sign_ins" (
	"hash" text PRIMARY KEY,
	"provider" text NOT NULL,
	"profile_name" text NOT NULL,
	"invitation_hash" text,
	"organization" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"used_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE INDEX "device_sign_ins_expiry" ON "device_sign_ins" ("expires_at");--> statement-breakpoint
CREATE INDEX "profile_sign_ins_expiry" ON "profile_sign_ins" ("expires_at");--> statement-breakpoint
ALTER TABLE "device_sign_ins" ADD CONSTRAINT "device_sign_ins_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;