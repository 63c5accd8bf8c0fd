import { argoCdChart } from "@rzp/charts";

export const argoCd = argoCdChart({ version: "10.4.0", host: "argocd", needs: ["traefik", "cert-manager"] });
