import { category } from "@rzp/workload/manifests";
import { minio } from "./minio.ts";
import { velero } from "./velero.ts";

export default category("platform/backup", { minio, velero });
