CREATE TABLE "sign_in_attempts" (
	"who" text PRIMARY KEY,
	"tries" integer NOT NULL,
	"ends_at" timestamp(3) with time zone NOT NULL
);
