import type { Json } from "@rzp/core";
import { containerResources, postgresAddress, type Declaration, type HelmWorkloadArgs, type ObjectStore, type RenderContext, type Self } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { chart, checkFields } from "./chart.ts";
import { hostIn, issuerOf, LOGIN_PEER, PASSWORD_PEER, STORE_PEER, type LoginPeer, type PasswordPeer } from "./peers.ts";

export interface LangfuseChartArgs extends ChartArgs {
  /** A `postgresDatabase` whose database has the name it gets by default: users, projects, prompts. */
  database: PasswordPeer;
  /** ClickHouse, one server with a user `langfuse`: the traces. */
  clickhouse: PasswordPeer;
  /** Redis, or what speaks its protocol: the queue of what has come in. It must throw nothing away. */
  cache: PasswordPeer;
  /** Bucket that everything is put into as it comes in, and keys of somebody who may read and write it. */
  store: ObjectStore;
  /** A Zitadel. Whoever comes by the address of an account that is there gets that account. */
  login: LoginPeer;
  /** Of each of its two pods, web and worker. Changing it restarts them. @default { cpu: "100m", memory: "768Mi", memoryLimit: "2Gi" } */
  resources?: HelmWorkloadArgs["resources"];
}

const OWN = { database: "required", clickhouse: "required", cache: "required", store: "required", login: "required", resources: "optional" } as const;

/**
 * Traces of what language models were asked. Its keys: `SALT`, `ENCRYPTION_KEY` (64 hexadecimal digits) and `NEXTAUTH_SECRET`, never changed; `INIT_PASSWORD`
 * of the first account; `OIDC_CLIENT_ID` and `OIDC_CLIENT_SECRET`. Values as of chart 2.0.0.
 */
export function langfuseChart(args: LangfuseChartArgs): Declaration {
  return chart("langfuseChart", args, OWN, ({ version, database, clickhouse, cache, store, login, resources, needs = [], talksTo = [], ...service }, { refuse }) => {
    for (const [path, peer] of Object.entries({ database, clickhouse, cache })) checkFields(refuse, peer, PASSWORD_PEER, path);
    checkFields(refuse, store, STORE_PEER, "store");
    checkFields(refuse, login, LOGIN_PEER, "login");
    const size = { cpu: "100m", memory: "768Mi", memoryLimit: "2Gi", ...resources } as const;
    const peers = [database.service, clickhouse.service, cache.service];
    return {
      purpose: "Shows what language models were asked, what they answered, and what it cost.",
      ...service,
      upstream: "https://langfuse.com/self-hosting",
      chart: { repoURL: "oci://ghcr.io/langfuse/langfuse-k8s/charts", name: "langfuse", version },
      release: "langfuse",
      podSecurity: { level: "baseline", reason: "upstream names no user for its images that is not root" },
      values: (self, context) => ({ langfuse: { ...pods(self, issuerOf(login, context, refuse)), resources: containerResources(size) }, ...elsewhere(args, self, context) }),
      secrets: [
        "SALT", "ENCRYPTION_KEY", "NEXTAUTH_SECRET", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "INIT_PASSWORD", // prettier-ignore
        { key: "POSTGRES_PASSWORD", remote: database.password },
        { key: "REDIS_PASSWORD", remote: cache.password },
        { key: "CLICKHOUSE_PASSWORD", remote: clickhouse.password },
        { key: "S3_ACCESS_KEY", remote: store.accessKey },
        { key: "S3_SECRET_KEY", remote: store.secretKey },
      ],
      route: { service: "langfuse-web", port: 3000 },
      needs: [...peers, login.service, store.service, ...needs],
      talksTo: [...peers, login.through, store.service, ...talksTo],
      replicas: 2,
      resources: size,
      // Prices of models, and models that judge answers.
      network: { internet: true },
    };
  });
}

/** The chart makes each secret anew with every rendering, which would sign everybody out and leave nothing readable: all of them are given. */
function pods({ name, host, site }: Self, issuer: string): Record<string, Json> {
  const from = keysOf(name);
  const variable = (key: string, value: string) => ({ name: key, value });
  return {
    salt: from("SALT"),
    encryptionKey: from("ENCRYPTION_KEY"),
    nextauth: { url: `https://${host}`, secret: from("NEXTAUTH_SECRET") },
    features: { telemetryEnabled: false, signUpDisabled: true },
    serviceAccount: { automountServiceAccountToken: false },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
    image: { pullPolicy: "IfNotPresent" },
    additionalEnv: [
      // With sign-up closed this is who there is; whoever logs in through Zitadel by the same address is the same.
      variable("LANGFUSE_INIT_ORG_ID", "home"),
      variable("LANGFUSE_INIT_USER_EMAIL", site.certificates.email),
      { name: "LANGFUSE_INIT_USER_PASSWORD", valueFrom: from("INIT_PASSWORD") },
      variable("AUTH_CUSTOM_ALLOW_ACCOUNT_LINKING", "true"),
      variable("AUTH_CUSTOM_NAME", "Zitadel"),
      variable("AUTH_CUSTOM_ISSUER", issuer),
      ...["CLIENT_ID", "CLIENT_SECRET"].map((key) => ({ name: `AUTH_CUSTOM_${key}`, valueFrom: from(`OIDC_${key}`) })),
    ],
  };
}

/** What it keeps, and where: nothing of what the chart would bring along. */
function elsewhere({ database, clickhouse, cache, store }: LangfuseChartArgs, { name }: Self, context: RenderContext): Record<string, Json> {
  const from = keysOf(name);
  const existingSecret = `${name}-secrets`;
  const postgres = postgresAddress(database.service, context);
  return {
    postgresql: { deploy: false, host: postgres.host, auth: { username: postgres.database, database: postgres.database, existingSecret, secretKeys: { userPasswordKey: "POSTGRES_PASSWORD" } } },
    redis: { deploy: false, host: hostIn(context.service(cache.service)), auth: { existingSecret, existingSecretPasswordKey: "REDIS_PASSWORD" } },
    // One server: no cluster to make tables on, and no kinds of an operator that is not here.
    clickhouse: { deploy: false, crdCheck: false, host: hostIn(context.service(clickhouse.service)), auth: { username: "langfuse", existingSecret, existingSecretKey: "CLICKHOUSE_PASSWORD" }, cluster: { enabled: false } },
    s3: { deploy: false, bucket: store.bucket, region: "us-east-1", endpoint: store.endpoint, forcePathStyle: true, accessKeyId: from("S3_ACCESS_KEY"), secretAccessKey: from("S3_SECRET_KEY") },
  };
}

function keysOf(name: string): (key: string) => { secretKeyRef: { name: string; key: string } } {
  return (key) => ({ secretKeyRef: { name: `${name}-secrets`, key } });
}
