import { formatRecording, recordProgram } from "@rzp/plan";

const recording = await recordProgram({
  program: "apps/deploy",
  stack: "production",
  config: { domain: "example.com", token: process.env.TOKEN ?? "none" },
  secretKeys: ["token"],
});

process.stdout.write(formatRecording(recording, { color: process.stdout.isTTY && process.env.NO_COLOR === undefined, width: process.stdout.columns }));
