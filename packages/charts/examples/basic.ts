import { metallbChart } from "@rzp/charts";
import { category } from "@rzp/workload/manifests";

export default category("core", { metallb: metallbChart({ version: "0.16.1" }) });
