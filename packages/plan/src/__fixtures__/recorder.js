// Records a program that hangs, in a process that a test can end.
import { recordProgram } from "../index.ts";

await recordProgram({ program: process.argv[2], stack: "test", environment: { FAULT: "hang", PID_FILE: process.argv[3] } });
