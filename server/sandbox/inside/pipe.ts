import { connect } from "node:net";

/**
 * A stream to a port of loopback inside, over this process's input and output: for providers that can start a program
 * but hand in no socket. Says in one byte first whether somebody listens: node pipe.ts 3000
 */
const target = connect({ port: Number(process.argv[2]), host: "127.0.0.1", allowHalfOpen: true });
target.on("connect", () => {
  process.stdout.write("+");
  process.stdin.pipe(target);
  target.pipe(process.stdout);
});
target.on("error", () => process.stdout.write("-", () => process.exit(1)));
// Nobody reads what would come after the answer; waiting for the caller's end too would keep both for ever.
target.on("end", () => process.stdout.write("", () => process.exit(0)));
