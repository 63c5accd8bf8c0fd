/** Rendering by running a Pulumi program under mocks: the objects are registered, and no file is written. */
import { apiextensions } from "@pulumi/kubernetes";
import { runtime } from "@pulumi/pulumi";
import { readObjects } from "./objects.ts";
import { task, tell } from "./task.ts";

let registered = 0;
await runtime.setMocks({
  newResource: ({ name, inputs }) => {
    registered++;
    return { id: name, state: inputs as Record<string, unknown> };
  },
  call: ({ inputs }) => inputs as Record<string, unknown>,
});

const { folders, readMs } = readObjects(task().objects);
for (const { path, objects } of folders) {
  for (const object of objects) new apiextensions.CustomResource(`${path}/${object.kind}/${object.metadata.name}`, object);
}
process.once("beforeExit", () => {
  tell({ objects: registered, readMs });
});
