import vm from "node:vm";
import { at, byKind } from "@rzp/testing";
import { describe, expect, it } from "vitest";
import { containerOf, envOf, factsOf, objectsOf, rulesOf, stack } from "../rendered.test-data.ts";

const podOf = (name: string): unknown => at(byKind(objectsOf(name), "Deployment"), "spec.template.spec");

/** What a mounted file, or a seed, of a service says; by the end of its path. */
function textOf(name: string, kind: "files" | "seed", end: string): string {
  const data = byKind(objectsOf(name), "ConfigMap", `${name}-${kind}`).data as Record<string, string>;
  const found = Object.entries(data).find(([key]) => key.endsWith(`-${end}`));
  if (found === undefined) throw new Error(`${name} has no ${end}; it has ${Object.keys(data).join(", ")}`);
  return found[1];
}

/** Where a container sees its volumes, by their names. */
const mountsOf = (name: string): { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[] =>
  at(containerOf(name), "volumeMounts") as { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[];

/** Rules of a policy that let anything out to public addresses. */
function internetRules(name: string): unknown[] {
  return rulesOf(name, "egress").filter(({ to = [] }) => to.some(({ ipBlock }) => ipBlock?.cidr === "0.0.0.0/0"));
}

/** Middlewares of a service's route. */
const middlewaresOf = (name: string): unknown => at(byKind(objectsOf(name), "IngressRoute"), "spec.routes.0.middlewares");

describe("traps of the media apps that came later", () => {
  it("nzbhydra2: the image with a digest has a supervisor that needs root, so the app starts without it, as nobody special and on a read-only root", () => {
    expect(factsOf("nzbhydra2").images[0]).toMatch(/^lscr\.io\/linuxserver\/nzbhydra2:v8\.9\.0-\w+@sha256:/);
    expect(podOf("nzbhydra2")).toMatchObject({ securityContext: { runAsNonRoot: true, runAsUser: 1000 } });
    expect(at(containerOf("nzbhydra2"), "securityContext")).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } });
    expect(factsOf("nzbhydra2").podSecurity).toBe("restricted");
    // The wrapper finds its binary in the folder it is called from, and nothing but exec hands it the signal to stop.
    expect(at(containerOf("nzbhydra2"), "command.2")).toContain("cd /app/nzbhydra2/bin && exec python3 nzbhydra2wrapperPy3.py --nobrowser --datafolder /config");
    expect(Object.keys(envOf("nzbhydra2"))).not.toContain("PUID");
  });

  it("kavita: keeps everything in /kavita/config; a volume at /config would stay empty", () => {
    expect(mountsOf("kavita").find(({ name }) => name === "config")?.mountPath).toBe("/kavita/config");
    expect(mountsOf("kavita").map(({ mountPath }) => mountPath)).not.toContain("/config");
    const library = mountsOf("kavita").filter(({ mountPath }) => mountPath.startsWith("/media/"));
    expect(library.map(({ mountPath, readOnly }) => [mountPath, readOnly])).toEqual([["/media/books", true], ["/media/comics", true]]);
  });

  it("kavita: reports statistics until somebody says no, which nothing but its own page can; so it dials no public address", () => {
    expect(internetRules("kavita")).toEqual([]);
    // The check can find one: a service that may dial them has such a rule.
    expect(internetRules("tautulli")).toHaveLength(1);
  });

  it("tautulli: answers without a login on /status alone", () => {
    expect(at(containerOf("tautulli"), "livenessProbe.httpGet.path")).toBe("/status");
    expect(at(containerOf("tautulli"), "startupProbe.httpGet.path")).toBe("/status");
  });

  it("tautulli: counts its users by default", () => {
    expect(envOf("tautulli").TAUTULLI_SYSTEM_ANALYTICS).toBe("0");
  });

  it.each(["nzbhydra2", "organizr", "sabnzbd", "tautulli"])("%s: has no login until somebody sets one, so its route asks for a password", (name) => {
    expect(factsOf(name)).toMatchObject({ auth: "basic", exposure: "internal" });
    expect(middlewaresOf(name)).toEqual([{ name: "auth" }]);
    // Traefik looks for it in the route's own namespace.
    const shared = objectsOf("ingress-routes");
    expect(shared.filter(({ kind, metadata }) => kind === "Middleware" && metadata.name === "auth").map(({ metadata }) => metadata.namespace)).toContain(factsOf(name).namespace);
  });

  it("organizr: is abandoned, and says what comes after it", () => {
    const [abandoned = "", installer = ""] = factsOf("organizr").risks;
    expect(abandoned).toMatch(/^Abandoned.*Homepage is the recommended successor/);
    expect(installer).toMatch(/clones the app from GitHub/);
  });

  it("organizr: clones the app at its first start, for which it needs the internet, time, and a git that trusts a folder of somebody else", () => {
    expect(internetRules("organizr")).toHaveLength(1);
    expect(at(containerOf("organizr"), "startupProbe")).toMatchObject({ periodSeconds: 5, failureThreshold: 120 });
    expect(envOf("organizr")).toMatchObject({ branch: "v2-master", GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "/config/www/organizr" });
  });

  it("organizr: runs as root, which is told with what it takes to drop to another user; nobody mends it, so it reaches nothing of ours", () => {
    expect(factsOf("organizr").relaxations.map(({ what }) => what)).toEqual(["root", "writable-root", "capabilities", "latest-tag"]);
    expect(factsOf("organizr").podSecurity).toBe("baseline");
    expect(at(containerOf("organizr"), "securityContext.capabilities")).toEqual({ drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"] });
    expect(factsOf("organizr").talksTo).toEqual([]);
    expect(factsOf("organizr").images[0]).toMatch(/:latest@sha256:[0-9a-f]{64}$/);
  });
});

describe("traps of home automation", () => {
  it("home-assistant: answers 400 to a proxy it does not trust, and an http: block in YAML is a trial that it takes back", () => {
    const store = JSON.parse(textOf("home-assistant", "seed", "http")) as unknown;
    expect(store).toMatchObject({ key: "http", version: 2, minor_version: 2, data: { pending: null, yaml_migration_done: true } });
    expect(at(store, "data.stable")).toMatchObject({ server_port: 8123, use_x_forwarded_for: true, trusted_proxies: [stack.network.pods] });
    expect(textOf("home-assistant", "seed", "configuration.yaml")).not.toMatch(/^http:/m);
    expect(at(podOf("home-assistant"), "initContainers.0.command.2")).toContain("'/config/.storage/http'");
  });

  it("home-assistant: its store's settings have no defaults of their own, and a missing one stops the web server", () => {
    const stable = at(JSON.parse(textOf("home-assistant", "seed", "http")), "data.stable") as object;
    expect(Object.keys(stable)).toEqual(expect.arrayContaining(["server_port", "cors_allowed_origins", "login_attempts_threshold", "ip_ban_enabled", "ssl_profile", "use_x_frame_options"]));
  });

  it("home-assistant: a file that its configuration includes must be there", () => {
    const included = [...textOf("home-assistant", "seed", "configuration.yaml").matchAll(/!include (\S+)/g)].map(([, file = ""]) => file);
    expect(included).toEqual(["automations.yaml", "scripts.yaml", "scenes.yaml"]);
    for (const file of included) expect(() => textOf("home-assistant", "seed", file)).not.toThrow();
  });

  it("home-assistant: makes its Python packages anew at every start, in a place that is writable and in no backup", () => {
    expect(at(containerOf("home-assistant"), "livenessProbe.httpGet.path")).toBe("/healthz");
    const venv = mountsOf("home-assistant").find(({ mountPath }) => mountPath === "/config/.venv");
    const volumes = at(podOf("home-assistant"), "volumes") as { name: string; emptyDir?: unknown }[];
    expect(volumes.find(({ name }) => name === venv?.name)).toHaveProperty("emptyDir");
    expect(factsOf("home-assistant").podSecurity).toBe("restricted");
  });

  it("mosquitto: an image without our file lets everybody in (2.1), and a listener without users only itself", () => {
    const lines = textOf("mosquitto", "files", "mosquitto.conf").split("\n");
    expect(lines).toEqual(expect.arrayContaining(["listener 1883", "allow_anonymous false", "password_file /mosquitto/config/passwd", "per_listener_settings false"]));
    expect(lines.filter((line) => line.startsWith("listener"))).toHaveLength(1);
    expect(mountsOf("mosquitto").find(({ name }) => name === "files")?.mountPath).toBe("/mosquitto/config/mosquitto.conf");
  });

  it("mosquitto: its users come from the secret store as a file that nobody else reads, and are in no environment", () => {
    expect(factsOf("mosquitto").secrets).toEqual([{ key: "PASSWD", remote: "/apps/home-automation/mosquitto/PASSWD", file: "/mosquitto/config/passwd" }]);
    expect(at(podOf("mosquitto"), "volumes")).toContainEqual({ name: "secret-files", secret: { secretName: "mosquitto-files", defaultMode: 0o400 } });
    // Root owns a mounted secret: the image's user reads it as its group.
    expect(at(podOf("mosquitto"), "securityContext")).toMatchObject({ runAsUser: 1883, runAsGroup: 1883, fsGroup: 1883 });
    expect(at(containerOf("mosquitto"), "envFrom")).toBeUndefined();
  });

  it("mosquitto: keeps retained messages where a restart finds them, and answers devices at an address of its own", () => {
    expect(textOf("mosquitto", "files", "mosquitto.conf")).toContain("persistence_location /mosquitto/data/\n");
    expect(mountsOf("mosquitto").find(({ name }) => name === "data")?.mountPath).toBe("/mosquitto/data");
    expect(byKind(objectsOf("mosquitto"), "Service", "mosquitto-lb")).toMatchObject({
      metadata: { annotations: { "metallb.io/loadBalancerIPs": factsOf("mosquitto").loadBalancer?.address } },
      spec: { type: "LoadBalancer", ports: [{ name: "mqtt", port: 1883, protocol: "TCP" }] },
    });
    expect(factsOf("mosquitto").host).toBeUndefined();
  });

  /** What Node-RED reads out of its settings, in an environment. */
  function settingsIn(env: Record<string, string>): unknown {
    const module: { exports: unknown } = { exports: {} };
    vm.runInNewContext(textOf("node-red", "files", "settings.js"), { module, process: { env } });
    return JSON.parse(JSON.stringify(module.exports));
  }
  const SECRETS = { NODE_RED_CREDENTIAL_SECRET: "a secret", NODE_RED_PASSWORD_HASH: "$2y$08$hash" };

  it("node-red: credentials are lost with a key it made itself, so the key is ours, and it does not start without", () => {
    expect(settingsIn(SECRETS)).toMatchObject({ credentialSecret: "a secret", flowFile: "flows.json" });
    for (const missing of Object.keys(SECRETS)) {
      expect(() => settingsIn({ ...SECRETS, [missing]: "" })).toThrow(`${missing} is missing`);
    }
    const keys = factsOf("node-red").secrets.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(Object.keys(SECRETS)));
    expect(at(containerOf("node-red"), "envFrom")).toEqual([{ secretRef: { name: "node-red" } }]);
  });

  it("node-red: neither the editor nor what flows serve has a login by default", () => {
    expect(settingsIn(SECRETS)).toMatchObject({
      adminAuth: { type: "credentials", users: [{ username: "admin", password: "$2y$08$hash", permissions: "*" }] },
      httpNodeAuth: { user: "admin", pass: "$2y$08$hash" },
      telemetry: { enabled: false, updateNotification: false },
    });
    // A default user, or somebody who may look without a login, would be a second way in.
    expect(at(settingsIn(SECRETS), "adminAuth.default")).toBeUndefined();
    expect(at(settingsIn(SECRETS), "adminAuth.users")).toHaveLength(1);
  });

  it("node-red: its own settings are read, not those it would write to /data, which belongs to user 1000", () => {
    expect(at(containerOf("node-red"), "args")).toEqual(["--settings", "/etc/node-red/settings.js"]);
    expect(mountsOf("node-red").find(({ name }) => name === "files")).toMatchObject({ mountPath: "/etc/node-red/settings.js", readOnly: true });
    expect(mountsOf("node-red").find(({ name }) => name === "data")?.mountPath).toBe("/data");
    expect(at(podOf("node-red"), "securityContext")).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 });
  });

  it("node-red: logs in to the broker by a password of its own, which stands in no file of ours", () => {
    expect(factsOf("node-red").secrets).toContainEqual({ key: "MQTT_PASSWORD", remote: "/apps/home-automation/node-red/MQTT_PASSWORD" });
    expect(envOf("node-red")).toMatchObject({ MQTT_HOST: "mosquitto", MQTT_USER: "node-red" });
  });
});
