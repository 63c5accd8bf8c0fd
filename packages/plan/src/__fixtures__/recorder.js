// Records a program that does not end, in a process that a test can end.
import { recordProgram } from "../index.ts";

await recordProgram({ program: process.argv[2], stack: "test", environment: { FAULT: process.argv[3], PID_FILE: process.argv[4] } });
