import type { KubernetesObject } from "@rzp/core";
import { at, byKind } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { factsOf, home, objectsOf, remotesOf, rulesOf, stack, valuesOf } from "../rendered.test-data.ts";
import { homelab } from "../homelab.ts";
import { folders } from "../render.ts";

describe("traps of the developers' tools", () => {
  it("portainer: by default every node opens ports of its own", () => {
    expect(valuesOf("portainer")).toMatchObject({ service: { type: "ClusterIP" } });
  });

  it("portainer: whoever comes first would become the administrator", () => {
    expect(valuesOf("portainer")).toMatchObject({ adminPassword: { existingSecret: "portainer-secrets" } });
    expect(remotesOf("portainer", "portainer-secrets")).toEqual({ password: "/apps/dev-tools/portainer/ADMIN_PASSWORD" });
  });

  it("portainer: it has every right in the cluster, which its project allows, its risk says, and nothing outside can use", () => {
    expect(factsOf("portainer")).toMatchObject({ clusterKinds: [{ group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding" }], exposure: "internal" });
    expect(factsOf("portainer").risks.join(" ")).toMatch(/every right in the cluster/);
    expect(JSON.stringify(byKind(objectsOf("portainer"), "NetworkPolicy"))).not.toContain("0.0.0.0/0");
  });

  it("portainer: behind a proxy that ends TLS it refuses its own forms", () => {
    expect(valuesOf("portainer")).toMatchObject({ trusted_origins: { enabled: true, domains: `portainer.${stack.domain}` } });
  });

  it("portainer: a chart's claim has no labels, so nothing backs it up: the claim is ours, and there before the pod", () => {
    const claim = byKind(objectsOf("portainer"), "PersistentVolumeClaim");
    expect(valuesOf("portainer")).toMatchObject({ persistence: { existingClaim: claim.metadata.name } });
    expect(claim.metadata.labels).toMatchObject({ "recurring-job-group.longhorn.io/daily": "enabled", "recurring-job.longhorn.io/source": "enabled" });
    expect(claim.metadata.annotations).toMatchObject({ "argocd.argoproj.io/sync-wave": "-1" });
    expect(claim.metadata.annotations?.["argocd.argoproj.io/sync-options"]).toContain("Prune=false");
  });
});

describe("traps of the AI services", () => {
  it("ollama: models are gone with the pod, because the key is persistentVolume and not persistence", () => {
    expect(valuesOf("ollama")).toMatchObject({ persistentVolume: { enabled: true, storageClass: "longhorn" } });
    expect(valuesOf("ollama")).not.toHaveProperty("persistence");
  });

  it("ollama: there is no login, so it has no route and lets in only those who name it", () => {
    expect(objectsOf("ollama").map(({ kind }) => kind)).not.toContain("IngressRoute");
    const ingress = rulesOf("ollama", "ingress");
    const from = ingress.flatMap((rule) => rule.from ?? []).flatMap(({ namespaceSelector }) => Object.values(namespaceSelector?.matchLabels ?? {}));
    const callers = home.registry.services.filter(({ facts }) => facts.talksTo.includes("ollama")).map(({ facts }) => facts.namespace);
    expect(from.sort()).toEqual(callers.sort());
    expect(ingress.every((rule) => rule.from !== undefined)).toBe(true);
  });

  it("ollama: the image is root's, and needs not be: its home is on the volume", () => {
    const values = valuesOf("ollama");
    expect(factsOf("ollama").podSecurity).toBe("restricted");
    expect(values).toMatchObject({ podSecurityContext: { runAsNonRoot: true, fsGroup: 1000 }, ollama: { mountPath: "/home/ollama/.ollama", gpu: { enabled: false } }, extraEnv: [{ name: "HOME", value: "/home/ollama" }] });
  });

  it("ollama: a model that the start pulls stops it without the internet", () => {
    expect(valuesOf("ollama")).not.toHaveProperty("ollama.models");
  });

  it("jupyter: blockWithIptables puts a privileged container into every notebook's pod, which restricted refuses", () => {
    expect(factsOf("jupyter").podSecurity).toBe("restricted");
    expect(valuesOf("jupyter")).toMatchObject({
      singleuser: { cloudMetadata: { blockWithIptables: false } },
      hub: { config: { KubeSpawner: { container_security_context: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } } } } },
    });
  });

  it("jupyter: the default authenticator lets everybody in under any name", () => {
    expect(at(valuesOf("jupyter"), "hub.config")).toMatchObject({
      JupyterHub: { authenticator_class: "generic-oauth" },
      // Nobody else would be let in: whom Zitadel sends is who may come.
      GenericOAuthenticator: { allow_all: true, oauth_callback_url: `https://jupyter.${stack.domain}/hub/oauth_callback`, token_url: `https://${factsOf("zitadel").host}.${stack.domain}/oauth/v2/token` },
    });
    expect(JSON.stringify(valuesOf("jupyter"))).not.toContain("dummy");
    expect(at(valuesOf("jupyter"), "hub.extraEnv")).toEqual({
      OAUTH_CLIENT_ID: { valueFrom: { secretKeyRef: { name: "jupyter-secrets", key: "OAUTH_CLIENT_ID" } } },
      OAUTH_CLIENT_SECRET: { valueFrom: { secretKeyRef: { name: "jupyter-secrets", key: "OAUTH_CLIENT_SECRET" } } },
    });
  });

  it("jupyter: lookup is empty under Argo CD: what it makes anew is given, or kept as it was first made", () => {
    const application = byKind(objectsOf("jupyter"), "Application");
    expect(at(application, "spec.syncPolicy.syncOptions")).toContain("RespectIgnoreDifferences=true");
    expect(at(application, "spec.ignoreDifferences")).toEqual([
      { kind: "Secret", name: "hub", jsonPointers: ["hub.config.ConfigurableHTTPProxy.auth_token", "hub.config.JupyterHub.cookie_secret", "hub.config.CryptKeeper.keys"].map((key) => `/data/${key}`) },
      { group: "apps", kind: "Deployment", name: "hub", jsonPointers: ["/spec/template/metadata/annotations/checksum~1secret"] },
      { group: "apps", kind: "Deployment", name: "proxy", jsonPointers: ["/spec/template/metadata/annotations/checksum~1auth-token"] },
    ]);
    expect(valuesOf("jupyter")).toMatchObject({ hub: { existingSecret: "jupyter-secrets" } });
    expect(Object.keys(remotesOf("jupyter", "jupyter-secrets"))).toEqual(expect.arrayContaining(["hub.config.JupyterHub.cookie_secret", "hub.config.CryptKeeper.keys"]));
    expect(valuesOf("jupyter")).not.toHaveProperty("proxy.secretToken");
  });

  it("jupyter: with the chart's checksum ignored, a changed setting must restart the hub another way", () => {
    const elsewhere = folders(homelab({ ...stack, domain: "other.example.com" })).find(({ path }) => path.endsWith("/jupyter"))?.objects ?? [];
    const settings = (objects: readonly KubernetesObject[]): unknown => (at(byKind(objects, "Application"), "spec.sources.0.helm.valuesObject.hub.annotations") as Record<string, string>)["rzp.dev/settings"];
    expect(settings(objectsOf("jupyter"))).toMatch(/^[0-9a-f]{64}$/);
    expect(settings(elsewhere)).not.toBe(settings(objectsOf("jupyter")));
  });

  it("jupyter: the proxy's Service is a load balancer by default, the scheduler is old, and a hook pulls images before every sync", () => {
    expect(valuesOf("jupyter")).toMatchObject({
      proxy: { service: { type: "ClusterIP" } },
      scheduling: { userScheduler: { enabled: false } },
      prePuller: { hook: { enabled: false }, continuous: { enabled: false } },
    });
  });

  it("jupyter: notebooks reach ollama, and no other private address", () => {
    expect(at(valuesOf("jupyter"), "singleuser.networkPolicy")).toEqual({ egress: [{ to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": factsOf("ollama").namespace } } }], ports: [{ port: 11_434 }] }] });
    expect(objectsOf("jupyter").map(({ kind }) => kind)).not.toContain("NetworkPolicy");
  });

  it("jupyter: homes are backed up, which takes labels on each user's claim", () => {
    expect(at(valuesOf("jupyter"), "singleuser.storage")).toMatchObject({ dynamic: { storageClass: "longhorn" }, extraLabels: { "recurring-job-group.longhorn.io/daily": "enabled", "recurring-job.longhorn.io/source": "enabled" } });
    expect(factsOf("jupyter").volumes).toContainEqual({ name: "homes", size: "5Gi", backup: "daily" });
  });
});

describe("traps of harbor", () => {
  const extraEnvOf = (part: string): { name: string; valueFrom: { secretKeyRef: { name: string; key: string } } }[] => at(valuesOf("harbor"), `${part}.extraEnvVars`) as ReturnType<typeof extraEnvOf>;

  it("the password of Redis is read with lookup, which is empty under Argo CD: each part takes it from the environment", () => {
    expect(valuesOf("harbor")).not.toHaveProperty("redis.external.existingSecret");
    expect(valuesOf("harbor")).not.toHaveProperty("redis.external.password");
    const taken = Object.fromEntries(["core", "jobservice", "registry.registry", "registry.controller"].map((part) => [part, extraEnvOf(part).map(({ name, valueFrom }) => `${name} = ${valueFrom.secretKeyRef.name}.${valueFrom.secretKeyRef.key}`)]));
    expect(taken).toEqual({
      core: ["_REDIS_URL_CORE = harbor-redis._REDIS_URL_CORE", "_REDIS_URL_REG = harbor-redis._REDIS_URL_REG"],
      jobservice: ["JOB_SERVICE_POOL_REDIS_URL = harbor-redis.JOB_SERVICE_POOL_REDIS_URL"],
      "registry.registry": ["REGISTRY_REDIS_PASSWORD = harbor-secrets.REDIS_PASSWORD"],
      "registry.controller": ["REGISTRY_REDIS_PASSWORD = harbor-secrets.REDIS_PASSWORD"],
    });
  });

  it("the addresses of Redis have the password in them, whatever is in it, and the numbers that the chart gives the parts", () => {
    const secret = byKind(objectsOf("harbor"), "ExternalSecret", "harbor-redis");
    expect(at(secret, "spec.target.template.data")).toEqual({
      _REDIS_URL_CORE: "redis://:{{ .PASSWORD | urlquery }}@redis.redis.svc:6379/0",
      JOB_SERVICE_POOL_REDIS_URL: "redis://:{{ .PASSWORD | urlquery }}@redis.redis.svc:6379/1",
      _REDIS_URL_REG: "redis://:{{ .PASSWORD | urlquery }}@redis.redis.svc:6379/2",
    });
    expect(remotesOf("harbor", "harbor-redis")).toEqual({ PASSWORD: factsOf("redis").secrets.find(({ key }) => key === "PASSWORD")?.remote });
    expect(at(valuesOf("harbor"), "redis.external.addr")).toBe(`redis.${factsOf("redis").namespace}.svc:${factsOf("redis").ports[0]?.port}`);
    // The pods wait for it: it must not wait for them.
    expect(secret.metadata.annotations).toMatchObject({ "argocd.argoproj.io/sync-wave": "-1" });
  });

  it("every secret that the chart makes anew, or has a well-known default for, is given by reference", () => {
    const existingSecret = "harbor-secrets";
    expect(valuesOf("harbor")).toMatchObject({
      existingSecretAdminPassword: existingSecret,
      existingSecretSecretKey: existingSecret,
      core: { existingSecret, existingXsrfSecret: existingSecret, secretName: existingSecret },
      jobservice: { existingSecret },
      registry: { existingSecret, credentials: { existingSecret } },
      database: { type: "external", external: { existingSecret } },
    });
    // The names under which the chart looks for them.
    expect(Object.keys(remotesOf("harbor", "harbor-secrets")).sort()).toEqual(
      ["CSRF_KEY", "HARBOR_ADMIN_PASSWORD", "JOBSERVICE_SECRET", "REDIS_PASSWORD", "REGISTRY_HTPASSWD", "REGISTRY_HTTP_SECRET", "REGISTRY_PASSWD", "password", "secret", "secretKey", "tls.key"],
    );
    expect(JSON.stringify(objectsOf("harbor"))).not.toMatch(/Harbor12345|not-a-secure-key|harbor_registry_password/);
  });

  it("a volume is one pod's at a time: a rolling update would wait for ever", () => {
    expect(valuesOf("harbor")).toMatchObject({ updateStrategy: { type: "Recreate" } });
  });

  it("images are pushed to its own name, which leads to nginx and not to the core", () => {
    expect(valuesOf("harbor")).toMatchObject({ externalURL: `https://harbor.${stack.domain}`, expose: { type: "clusterIP", tls: { enabled: false } } });
    expect(at(byKind(objectsOf("harbor"), "IngressRoute"), "spec.routes.0.services.0")).toMatchObject({ name: "harbor", port: 80 });
    expect(factsOf("harbor").routePort).toBe(8080);
  });

  it("the default volume is too small for images, and has no labels for a backup", () => {
    const claims = objectsOf("harbor").filter(({ kind }) => kind === "PersistentVolumeClaim");
    expect(claims.map((claim) => [claim.metadata.name, at(claim, "spec.resources.requests.storage"), claim.metadata.labels?.["recurring-job-group.longhorn.io/weekly"]])).toEqual([
      ["harbor-images", "50Gi", "enabled"],
      ["harbor-job-logs", "1Gi", "enabled"],
    ]);
    expect(at(valuesOf("harbor"), "persistence.persistentVolumeClaim")).toEqual({ registry: { existingClaim: "harbor-images" }, jobservice: { jobLog: { existingClaim: "harbor-job-logs" } } });
  });

  it("its database is its own, and there before it", () => {
    expect(at(valuesOf("harbor"), "database.external")).toMatchObject({ host: "harbor-db.databases.svc", username: "harbor", coreDatabase: "harbor", sslmode: "require" });
    // A layer comes up after the one before it.
    expect([factsOf("harbor-db").layer, factsOf("redis").layer, factsOf("harbor").layer]).toEqual(["platform", "platform", "apps"]);
    expect(factsOf("harbor").talksTo).toEqual(["harbor-db", "redis"]);
  });
});

describe("traps of harness", () => {
  const spec = (): unknown => at(byKind(objectsOf("harness"), "Deployment"), "spec.template.spec");
  const env = (): Record<string, string> => Object.fromEntries((at(spec(), "containers.0.env") as { name: string; value: string }[]).map(({ name, value }) => [name, value]));

  it("its chart brings a privileged Docker daemon: there is none, no pipeline starts, and the risk says so", () => {
    expect(at(spec(), "containers")).toHaveLength(1);
    expect(factsOf("harness")).toMatchObject({ podSecurity: "restricted", relaxations: [] });
    expect(env()).toMatchObject({ GITNESS_CI_PARALLEL_WORKERS: "0", GITNESS_GITSPACE_ENABLE: "false" });
    expect(factsOf("harness").risks.join(" ")).toMatch(/pipelines.*Forgejo/s);
  });

  it("by default it reports to stats.drone.ci, lets everybody sign up, and lets them publish", () => {
    expect(env()).toMatchObject({ GITNESS_METRIC_ENABLED: "false", GITNESS_USER_SIGNUP_ENABLED: "false", GITNESS_PUBLIC_RESOURCE_CREATION_ENABLED: "false" });
  });

  it("the administrator and the key of what is encrypted come from the store", () => {
    expect(remotesOf("harness", "harness")).toEqual({
      GITNESS_ENCRYPTER_SECRET: "/apps/dev-tools/harness/GITNESS_ENCRYPTER_SECRET",
      GITNESS_PRINCIPAL_ADMIN_PASSWORD: "/apps/dev-tools/harness/GITNESS_PRINCIPAL_ADMIN_PASSWORD",
    });
    expect(env()).not.toHaveProperty("GITNESS_ENCRYPTER_SECRET");
  });

  it("the server's key lies beside the program by default, where a restart makes a new one", () => {
    const mounts = at(spec(), "containers.0.volumeMounts") as { mountPath: string; name: string }[];
    expect(mounts.map(({ mountPath }) => mountPath)).toContain("/data");
    expect(env()).toMatchObject({ GITNESS_SSH_SERVER_KEY_PATH: "/data/ssh/server.rsa", HOME: "/data" });
    expect(byKind(objectsOf("harness"), "PersistentVolumeClaim").metadata.labels).toMatchObject({ "recurring-job-group.longhorn.io/daily": "enabled" });
  });

  it("the chart opens no port for SSH: its own address does, and is the one that clones are told", () => {
    const balancer = byKind(objectsOf("harness"), "Service", "harness-lb");
    const address = balancer.metadata.annotations?.["metallb.io/loadBalancerIPs"];
    expect(at(balancer, "spec.ports.0")).toMatchObject({ port: 3022, targetPort: 3022 });
    expect(env().GITNESS_URL_GIT_SSH).toBe(`ssh://${address ?? ""}:3022`);
  });
});

describe("traps of langfuse", () => {
  it("the chart makes every secret anew with each rendering: all are given", () => {
    const from = (key: string) => ({ secretKeyRef: { name: "langfuse-secrets", key } });
    expect(at(valuesOf("langfuse"), "langfuse")).toMatchObject({ salt: from("SALT"), encryptionKey: from("ENCRYPTION_KEY"), nextauth: { secret: from("NEXTAUTH_SECRET"), url: `https://langfuse.${stack.domain}` } });
    expect(valuesOf("langfuse")).toMatchObject({
      postgresql: { deploy: false, auth: { existingSecret: "langfuse-secrets", secretKeys: { userPasswordKey: "POSTGRES_PASSWORD" } } },
      redis: { deploy: false, auth: { existingSecret: "langfuse-secrets", existingSecretPasswordKey: "REDIS_PASSWORD" } },
      clickhouse: { deploy: false, auth: { existingSecret: "langfuse-secrets", existingSecretKey: "CLICKHOUSE_PASSWORD" } },
      s3: { deploy: false, accessKeyId: from("S3_ACCESS_KEY"), secretAccessKey: from("S3_SECRET_KEY") },
    });
  });

  it("a key that two services read is one key of the store", () => {
    const keys = remotesOf("langfuse", "langfuse-secrets");
    const remoteOf = (service: string, key: string): string | undefined => factsOf(service).secrets.find((secret) => secret.key === key)?.remote;
    expect([keys.POSTGRES_PASSWORD, keys.REDIS_PASSWORD, keys.CLICKHOUSE_PASSWORD]).toEqual([remoteOf("langfuse-db", "PASSWORD"), remoteOf("redis", "PASSWORD"), remoteOf("langfuse-clickhouse", "CLICKHOUSE_PASSWORD")]);
    expect([keys.S3_ACCESS_KEY, keys.S3_SECRET_KEY]).toEqual([remoteOf("minio", "LANGFUSE_ACCESS_KEY"), remoteOf("minio", "LANGFUSE_SECRET_KEY")]);
  });

  it("its bucket is one that the object store makes", () => {
    const buckets = (at(valuesOf("minio"), "buckets") as { name: string }[]).map(({ name }) => name);
    expect(buckets).toContain(at(valuesOf("langfuse"), "s3.bucket"));
  });

  it("everybody may sign up and it phones home by default; with sign-up closed there must be a first user", () => {
    expect(at(valuesOf("langfuse"), "langfuse.features")).toEqual({ telemetryEnabled: false, signUpDisabled: true });
    const env = at(valuesOf("langfuse"), "langfuse.additionalEnv") as { name: string; value?: string; valueFrom?: unknown }[];
    const first = env.find(({ name }) => name === "LANGFUSE_INIT_USER_PASSWORD");
    expect(first).toEqual({ name: "LANGFUSE_INIT_USER_PASSWORD", valueFrom: { secretKeyRef: { name: "langfuse-secrets", key: "INIT_PASSWORD" } } });
    expect(env.map(({ name }) => name)).toEqual(expect.arrayContaining(["LANGFUSE_INIT_ORG_ID", "LANGFUSE_INIT_USER_EMAIL", "AUTH_CUSTOM_CLIENT_ID", "AUTH_CUSTOM_CLIENT_SECRET"]));
    expect(env.find(({ name }) => name === "AUTH_CUSTOM_ISSUER")?.value).toBe(`https://${factsOf("zitadel").host}.${stack.domain}`);
  });

  it("the queue must not throw entries away", () => {
    expect(at(valuesOf("redis"), "valkeyConfig")).toMatch(/^maxmemory-policy noeviction$/m);
  });

  it("the operator of ClickHouse is too young: one server, and no kinds of its", () => {
    expect(valuesOf("langfuse")).toMatchObject({ clickhouse: { crdCheck: false, cluster: { enabled: false }, host: "langfuse-clickhouse.langfuse-clickhouse.svc" } });
    expect(objectsOf("langfuse-clickhouse").map(({ kind }) => kind)).toEqual(expect.arrayContaining(["Deployment", "PersistentVolumeClaim", "ExternalSecret"]));
    expect(factsOf("langfuse-clickhouse").risks.join(" ")).toMatch(/0\.0\.5/);
  });

  it("clickhouse: the user default has no password, and crashes are reported to its makers", () => {
    const container = at(byKind(objectsOf("langfuse-clickhouse"), "Deployment"), "spec.template.spec.containers.0");
    const env = Object.fromEntries((at(container, "env") as { name: string; value: string }[]).map(({ name, value }) => [name, value]));
    expect(env).toMatchObject({ CLICKHOUSE_USER: at(valuesOf("langfuse"), "clickhouse.auth.username"), CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT: "0" });
    expect(env.CLICKHOUSE_USER).not.toBe("default");
    const [file] = Object.values(at(byKind(objectsOf("langfuse-clickhouse"), "ConfigMap"), "data") as Record<string, string>);
    expect(file).toContain("<send_crash_reports><enabled>false</enabled></send_crash_reports>");
    // The image's start writes the user's file there, on a root that is read-only.
    expect((at(container, "volumeMounts") as { mountPath: string }[]).map(({ mountPath }) => mountPath)).toContain("/etc/clickhouse-server/users.d");
  });

  it("clickhouse: only langfuse may dial it", () => {
    expect(rulesOf("langfuse-clickhouse", "ingress")).toEqual([{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "langfuse" } } }], ports: [{ port: 8123, protocol: "TCP" }, { port: 9000, protocol: "TCP" }] }]);
  });
});
