/** What is known of an app before anybody says it. */
export interface KnownApp {
  category: string;
  /** What it is for, in one sentence. */
  purpose: string;
  upstream: string;
  /** Without a tag: what is current today is not known here. */
  repository: string;
  port: number;
  health: string;
  /** By name. */
  volumes?: Readonly<Record<string, { size: string; mountPath: string }>>;
  /** Declared by `mediaApp`, which brings a configuration volume and the time zone: folders of the library, if any. */
  media?: readonly string[];
  env?: Readonly<Record<string, string>>;
  secrets?: readonly string[];
  internet?: boolean;
}

const ARR = (name: string): Pick<KnownApp, "env" | "secrets" | "health" | "internet"> => ({
  health: "/ping",
  env: { [`${name}__AUTH__METHOD`]: "Forms", [`${name}__AUTH__REQUIRED`]: "Enabled" },
  secrets: [`${name}__AUTH__APIKEY`],
  internet: true,
});

const data = (mountPath: string, size = "5Gi"): NonNullable<KnownApp["volumes"]> => ({ data: { size, mountPath } });

/** Apps that homelabs run, by name. What an image needs beyond this, its own documentation says. */
export const CATALOGUE: Readonly<Record<string, KnownApp>> = {
  "actual-budget": { category: "apps/dev-tools", purpose: "Keeps a household's budget.", upstream: "https://actualbudget.org/docs", repository: "docker.io/actualbudget/actual-server", port: 5006, health: "/", volumes: data("/data", "1Gi") },
  bazarr: { category: "apps/media/acquisition", purpose: "Finds subtitles for films and series.", upstream: "https://wiki.bazarr.media", repository: "ghcr.io/home-operations/bazarr", port: 6767, health: "/health", media: ["movies", "tv"], internet: true },
  forgejo: { category: "apps/dev-tools", purpose: "Keeps git repositories.", upstream: "https://forgejo.org/docs", repository: "codeberg.org/forgejo/forgejo", port: 3000, health: "/api/healthz", volumes: data("/var/lib/gitea", "20Gi") },
  "home-assistant": { category: "apps/home-automation", purpose: "Runs the home: devices, automations, dashboards.", upstream: "https://www.home-assistant.io/docs/", repository: "ghcr.io/home-operations/home-assistant", port: 8123, health: "/healthz", volumes: { config: { size: "10Gi", mountPath: "/config" } }, internet: true },
  jellyfin: { category: "apps/media/streaming", purpose: "Plays the library on every screen.", upstream: "https://jellyfin.org/docs", repository: "docker.io/jellyfin/jellyfin", port: 8096, health: "/health", media: ["movies", "tv", "music"] },
  jellyseerr: { category: "apps/media/management", purpose: "Takes wishes for films and series.", upstream: "https://docs.seerr.dev", repository: "docker.io/fallenbagel/jellyseerr", port: 5055, health: "/api/v1/status", volumes: { config: { size: "1Gi", mountPath: "/app/config" } }, internet: true },
  kavita: { category: "apps/media/streaming", purpose: "Reads books and comics on every screen.", upstream: "https://wiki.kavitareader.com", repository: "ghcr.io/kareadita/kavita", port: 5000, health: "/api/health", volumes: { config: { size: "10Gi", mountPath: "/kavita/config" } } },
  lidarr: { category: "apps/media/acquisition", purpose: "Finds, fetches and files music.", upstream: "https://wiki.servarr.com/lidarr", repository: "ghcr.io/home-operations/lidarr", port: 8686, media: ["music", "downloads"], ...ARR("LIDARR") },
  linkding: { category: "apps/dev-tools", purpose: "Keeps bookmarks.", upstream: "https://linkding.link", repository: "docker.io/sissbruecker/linkding", port: 9090, health: "/health", volumes: data("/etc/linkding/data", "1Gi") },
  mealie: { category: "apps/home-automation", purpose: "Keeps recipes and plans meals.", upstream: "https://docs.mealie.io", repository: "ghcr.io/mealie-recipes/mealie", port: 9000, health: "/api/app/about", volumes: data("/app/data"), internet: true },
  navidrome: { category: "apps/media/streaming", purpose: "Plays music on every screen.", upstream: "https://www.navidrome.org/docs", repository: "docker.io/deluan/navidrome", port: 4533, health: "/ping", media: ["music"] },
  "node-red": { category: "apps/home-automation", purpose: "Automations drawn as flows.", upstream: "https://nodered.org/docs/", repository: "docker.io/nodered/node-red", port: 1880, health: "/", volumes: data("/data") },
  plex: { category: "apps/media/streaming", purpose: "Plays the library on every screen.", upstream: "https://support.plex.tv", repository: "ghcr.io/home-operations/plex", port: 32400, health: "/identity", media: ["movies", "tv", "music"], internet: true },
  prowlarr: { category: "apps/media/acquisition", purpose: "Keeps the indexers of Sonarr and Radarr in one place.", upstream: "https://wiki.servarr.com/prowlarr", repository: "ghcr.io/home-operations/prowlarr", port: 9696, media: [], ...ARR("PROWLARR") },
  radarr: { category: "apps/media/acquisition", purpose: "Finds, fetches and files films.", upstream: "https://wiki.servarr.com/radarr", repository: "ghcr.io/home-operations/radarr", port: 7878, media: ["movies", "downloads"], ...ARR("RADARR") },
  sabnzbd: { category: "apps/media/acquisition", purpose: "Fetches from Usenet.", upstream: "https://sabnzbd.org/wiki/", repository: "ghcr.io/home-operations/sabnzbd", port: 8080, health: "/api?mode=version", media: ["downloads"], internet: true },
  sonarr: { category: "apps/media/acquisition", purpose: "Finds, fetches and files television series.", upstream: "https://wiki.servarr.com/sonarr", repository: "ghcr.io/home-operations/sonarr", port: 8989, media: ["tv", "downloads"], ...ARR("SONARR") },
  tautulli: { category: "apps/media/management", purpose: "Tells who watched what on Plex.", upstream: "https://docs.tautulli.com", repository: "ghcr.io/home-operations/tautulli", port: 8181, health: "/status", volumes: { config: { size: "5Gi", mountPath: "/config" } } },
  "uptime-kuma": { category: "apps/dev-tools", purpose: "Tells when something cannot be reached.", upstream: "https://github.com/louislam/uptime-kuma/wiki", repository: "docker.io/louislam/uptime-kuma", port: 3001, health: "/", volumes: data("/app/data", "2Gi"), internet: true },
  vaultwarden: { category: "apps/dev-tools", purpose: "Keeps passwords.", upstream: "https://github.com/dani-garcia/vaultwarden/wiki", repository: "docker.io/vaultwarden/server", port: 8080, health: "/alive", volumes: data("/data", "2Gi"), env: { ROCKET_PORT: "8080" }, secrets: ["ADMIN_TOKEN"] },
};
