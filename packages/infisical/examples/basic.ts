import { externalSecretManifests, InfisicalIdentity, InfisicalSecretStore, universalAuth } from "@rzp/infisical";
import { readSecrets, withSecrets } from "@rzp/infisical/reader";
import { Config } from "@pulumi/pulumi";

// In the Pulumi program: the login, which must not be in git, and the store that uses it.
const config = new Config("infisical");
const identity = new InfisicalIdentity("infisical-identity", {
  namespace: "external-secrets",
  clientId: config.require("clientId"),
  clientSecret: config.requireSecret("clientSecret"),
});
export const store = new InfisicalSecretStore(
  "infisical",
  { auth: universalAuth("infisical-identity", "external-secrets"), projectSlug: "homelab", environmentSlug: "prod", hostAPI: "https://eu.infisical.com" },
  { dependsOn: identity },
);

// In the GitOps tree: which keys become the service's Secret.
export const manifests = externalSecretManifests("sonarr", {
  namespace: "media",
  store: "infisical",
  keys: [{ key: "SONARR__AUTH__APIKEY", remote: "/apps/media/sonarr/SONARR__AUTH__APIKEY" }],
});

// In a pipeline: the tokens go into the environment of one command.
export async function deploy(clientId: string, clientSecret: string): Promise<number> {
  const projectId = "3f0c2f7e-6b1d-4c3c-9a53-0d5b6a1f7c11";
  const secrets = await readSecrets({ siteUrl: "https://eu.infisical.com", clientId, clientSecret, projectId, environment: "prod", paths: ["/pipeline"] });
  return withSecrets(secrets, "pulumi", ["up", "--yes"]);
}
