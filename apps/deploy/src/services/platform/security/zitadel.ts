import { zitadelChart } from "@rzp/charts";
import { database } from "../../../database.ts";

export const zitadel = zitadelChart({ version: "9.34.0", host: "id", database: database("zitadel-db") });
