/** The least anybody could do: read the objects, dump each with js-yaml, write each to its file. Nothing is checked, compared, removed or undone. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import { readObjects } from "./objects.ts";
import { task, tell } from "./task.ts";

const { out, objects: file } = task();
const { folders, objects, readMs } = readObjects(file);
for (const { path, objects } of folders) {
  const folder = join(out, path);
  mkdirSync(folder, { recursive: true });
  // js-yaml's fastest settings: no search for repeated objects, no folding, keys as they come.
  for (const object of objects) writeFileSync(`${folder}/${object.kind.toLowerCase()}-${object.metadata.name}.yaml`, dump(object, { noRefs: true, lineWidth: -1 }));
}
tell({ objects, readMs });
