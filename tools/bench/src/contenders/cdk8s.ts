/** The rival: a chart a service, an ApiObject an object, a file an object. */
import { ApiObject, App, Chart, YamlOutputType } from "cdk8s";
import { readObjects } from "./objects.ts";
import { task, tell } from "./task.ts";

const { out, objects: file } = task();
const { folders, objects, readMs } = readObjects(file);
const app = new App({ outdir: out, yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE });
for (const { path, objects } of folders) {
  const chart = new Chart(app, path.replaceAll("/", "-"));
  for (const object of objects) new ApiObject(chart, `${object.kind}-${object.metadata.name}`, object);
}
app.synth();
tell({ objects, readMs });
