/** Not a contender: makes the objects once and puts them into their file. */
import { folders } from "../homelab.ts";
import { writeObjects } from "./objects.ts";
import { task, tell } from "./task.ts";

const { objects, ...size } = task();
const made = folders(size);
writeObjects(objects, made);
tell({ objects: made.reduce((sum, folder) => sum + folder.objects.length, 0) });
