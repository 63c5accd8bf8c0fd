import { cloudNativePgChart } from "@rzp/charts";

export const postgresql = cloudNativePgChart({
  version: "0.29.0",
  barmanCloud: "0.7.1",
  image: "ghcr.io/cloudnative-pg/postgresql:18.6-system-trixie@sha256:5a6a677d3fa2bc3fdc61874e0de8324b5a987eb676ddca133e71365a8467d6c1",
  needs: ["cert-manager", "longhorn"],
});
