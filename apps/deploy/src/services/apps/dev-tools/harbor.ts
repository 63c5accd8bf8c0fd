import { harborChart } from "@rzp/charts";
import { database } from "../../../database.ts";

export const harbor = harborChart({
  version: "1.19.1",
  images: { size: "50Gi", backup: "weekly" },
  database: database("harbor-db"),
  cache: database("redis"),
});
