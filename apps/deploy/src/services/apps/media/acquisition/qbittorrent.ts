import { mediaApp } from "@rzp/media/manifests";
import type { Self } from "@rzp/workload/manifests";

/** Port for other peers: the same in the configuration, at the load balancer and in the router. */
const TORRENT = { name: "bittorrent", port: 50413 };

export const qbittorrent = mediaApp({
  purpose: "Downloads torrents.",
  upstream: "https://github.com/qbittorrent/qBittorrent/wiki",
  image: "ghcr.io/home-operations/qbittorrent-libtorrentv1:5.2.3@sha256:8a15de24cabfca8041788773436cb176378ff7735e5cb0b2fd94984d4fac6968",
  port: 8080,
  // Over HTTP it refuses whoever does not name it as it is known.
  health: "tcp",
  library: ["downloads"],
  env: { QBT_TORRENTING_PORT: `${TORRENT.port}` },
  // The image's own file lets everybody in a private network in without a password, and checks neither host nor origin.
  seed: { "/config/qBittorrent/qBittorrent.conf": configuration },
  // The other services dial its web interface only.
  ports: [{ ...TORRENT, peers: false }],
  loadBalancer: { address: "10.0.20.202", ports: [TORRENT] },
  resources: { cpu: "200m", memory: "1Gi", memoryLimit: "6Gi" },
  gracePeriodSeconds: 300,
  internet: true,
});

/** First configuration: no login without a password from anywhere; the first one is told in the pod's log and must be changed. */
function configuration({ name, namespace, host, site }: Self): string {
  const names = [host, name, `${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`];
  return `[LegalNotice]
Accepted=true

[BitTorrent]
Session\\DefaultSavePath=/media/downloads/torrents
Session\\Port=${TORRENT.port}
Session\\ResumeDataStorageType=SQLite

[Preferences]
Connection\\UPnP=false
General\\UseRandomPort=false
WebUI\\AuthSubnetWhitelistEnabled=false
WebUI\\CSRFProtection=true
WebUI\\HostHeaderValidation=true
WebUI\\LocalHostAuth=true
WebUI\\Port=8080
WebUI\\ReverseProxySupportEnabled=true
WebUI\\ServerDomains=${names.filter((one) => one !== "").join(";")}
WebUI\\TrustedReverseProxiesList=${site.network.pods}
WebUI\\UseUPnP=false
`;
}
