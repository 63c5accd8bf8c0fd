import { workload } from "@rzp/workload/manifests";

/** Where it keeps the app and its database. */
const APP = "/config/www/organizr";
const INIT = "its init prepares folders and starts nginx and PHP as root before they drop to the user of PUID and PGID";

export const organizr = workload({
  purpose: "Puts all services behind one page of tabs.",
  upstream: "https://docs.organizr.app",
  risks: [
    "Abandoned: the last commit is of 2023-11, and PHP 8.1 gets no fixes any more. Homepage is the recommended successor; the names and addresses it needs are in the service catalogue.",
    "The image is an installer: it clones the app from GitHub at the first start and updates it at every other one, so the digest pins everything but the app itself, and a first start without internet fails.",
  ],
  image: "docker.io/organizr/organizr:latest@sha256:1ce319d73cdfd2666ec7ef21e15907531fabc8a6f333c4ac61e2b2e9d2d162f5",
  port: 80,
  health: "/",
  startupSeconds: 600,
  // Its folder is the user's, and git, being root, would refuse to update it.
  env: { PUID: "1000", PGID: "1000", branch: "v2-master", fpm: "false", GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: APP },
  volumes: { config: { size: "2Gi", mountPath: "/config", backup: "daily" } },
  // Nobody mends a hole in it any more: nobody reaches it without a password, and it dials none of our services. Its tabs are loaded by the browser.
  auth: "basic",
  internet: true,
  resources: { cpu: "50m", memory: "128Mi", memoryLimit: "512Mi" },
  relax: {
    root: INIT,
    writableRoot: "its init writes users, permissions and the web server's configuration to the image's own folders",
    capabilities: { add: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"], reason: INIT },
    latest: "upstream publishes no other tag; what is pulled is what the digest says",
  },
});
