/** The keys that a mapping may have, and those of what stands below them; of a list each item is meant. `any` is not looked into, `map` has keys of its own. */
export type Keys = "any" | { readonly map: Keys } | { readonly keys: Readonly<Record<string, Keys>> };

const keys = (...words: readonly (string | Readonly<Record<string, Keys>>)[]): Keys => ({
  keys: Object.assign({}, ...words.map((word) => (typeof word === "string" ? Object.fromEntries(word.split(" ").map((key) => [key, "any"])) : word))) as Record<string, Keys>,
});

const pair = keys("crt key");
const route = keys("network gateway source metric mtu");
const vip = keys("ip", { equinixMetal: keys("apiToken"), hcloud: keys("apiToken") });
const selector = keys("busPath hardwareAddr permanentAddr pciID driver physical");
const dhcpOptions = keys("routeMetric ipv4 ipv6 duidv6");
const volumes = keys("hostPath mountPath readonly");

const device = keys("interface addresses cidr bridgePort mtu dhcp ignore dummy bond bridge", {
  deviceSelector: selector,
  routes: route,
  vlans: keys("addresses cidr dhcp vlanId mtu", { routes: route, vip, dhcpOptions }),
  dhcpOptions,
  wireguard: keys("privateKey listenPort firewallMark", { peers: keys("publicKey endpoint persistentKeepaliveInterval allowedIPs") }),
  vip,
});

const machine = keys("type token certSANs pods env sysctls sysfs baseRuntimeSpecOverrides nodeLabels nodeAnnotations nodeTaints systemDiskEncryption seccompProfiles", {
  ca: pair,
  acceptedCAs: pair,
  controlPlane: keys({ controllerManager: keys("disabled"), scheduler: keys("disabled") }),
  kubelet: keys("image clusterDNS extraArgs extraConfig credentialProviderConfig defaultRuntimeSeccompProfileEnabled registerWithFQDN skipNodeRegistration disableManifestsDirectory", {
    extraMounts: keys("destination type source options uidMappings gidMappings"),
    nodeIP: keys("validSubnets"),
  }),
  network: keys("hostname nameservers searchDomains disableSearchDomain kubespan", { interfaces: device, extraHostEntries: keys("ip aliases") }),
  disks: keys("device", { partitions: keys("size mountpoint") }),
  install: keys("disk extraKernelArgs image bootloader wipe legacyBIOSSupport grubUseUKICmdline", { diskSelector: keys("size name model serial modalias uuid wwid type busPath"), extensions: keys("image") }),
  files: keys("content permissions path op"),
  time: keys("disabled servers bootTimeout"),
  registries: keys({ mirrors: { map: keys("endpoints overridePath skipFallback") }, config: { map: keys("tls auth") } }),
  features: keys("rbac stableHostname apidCheckExtKeyUsage diskQuotaSupport nodeAddressSortAlgorithm", {
    kubernetesTalosAPIAccess: keys("enabled allowedRoles allowedKubernetesNamespaces"),
    kubePrism: keys("enabled port"),
    hostDNS: keys("enabled forwardKubeDNSToHost resolveMemberNames"),
    imageCache: keys("localEnabled"),
  }),
  udev: keys("rules"),
  logging: keys({ destinations: keys("endpoint format extraTags") }),
  kernel: keys({ modules: keys("name parameters") }),
});

const cluster = keys("id secret clusterName token aescbcEncryptionSecret secretboxEncryptionSecret extraManifests extraManifestHeaders allowSchedulingOnMasters allowSchedulingOnControlPlanes", {
  controlPlane: keys("endpoint localAPIServerPort"),
  network: keys("dnsDomain podSubnets serviceSubnets", { cni: keys("name urls", { flannel: keys("extraArgs kubeNetworkPoliciesEnabled") }) }),
  ca: pair,
  acceptedCAs: pair,
  aggregatorCA: pair,
  serviceAccount: keys("key"),
  apiServer: keys("image extraArgs env certSANs disablePodSecurityPolicy auditPolicy resources", { extraVolumes: volumes, admissionControl: keys("name configuration"), authorizationConfig: keys("type name webhook") }),
  controllerManager: keys("image extraArgs env resources", { extraVolumes: volumes }),
  proxy: keys("disabled image mode extraArgs"),
  scheduler: keys("image extraArgs env resources config", { extraVolumes: volumes }),
  discovery: keys("enabled", { registries: keys({ kubernetes: keys("disabled"), service: keys("disabled endpoint") }) }),
  etcd: keys("image extraArgs subnet advertisedSubnets listenSubnets", { ca: pair }),
  coreDNS: keys("disabled image"),
  externalCloudProvider: keys("enabled manifests"),
  inlineManifests: keys("name contents"),
  adminKubeconfig: keys("certLifetime"),
});

/** The machine configuration proper, which has no kind. */
export const MAIN = keys("version debug persist", { machine, cluster });

const provisioning = keys("minSize maxSize grow", { diskSelector: keys("match") });
const header = "apiVersion kind";

/** What the documents beside it may have. Those that this homelab writes are looked into; of the others no more is known here than that Talos knows them. */
export const DOCUMENTS: Readonly<Record<string, Keys>> = {
  HostnameConfig: keys(header, "auto hostname"),
  UserVolumeConfig: keys(header, "name volumeType encryption", { provisioning, filesystem: keys("type projectQuotaSupport"), mount: keys("disableAccessTime secure") }),
  VolumeConfig: keys(header, "name encryption", { provisioning, mount: keys("secure") }),
  ...Object.fromEntries(
    [
      "BlackholeRouteConfig BondConfig BridgeConfig DHCPv4Config DHCPv6Config DummyLinkConfig EnvironmentConfig EthernetConfig EventSinkConfig ExistingVolumeConfig ExtensionServiceConfig",
      "ExternalVolumeConfig HCloudVIPConfig ImageVerificationConfig KmsgLogConfig KubeSpanConfig KubeSpanEndpointsConfig Layer2VIPConfig LinkAliasConfig LinkConfig NetworkDefaultActionConfig NetworkRuleConfig OOMConfig",
      "PCIDriverRebindConfig RawVolumeConfig RegistryAuthConfig RegistryMirrorConfig RegistryTLSConfig ResolverConfig RoutingRuleConfig SideroLinkConfig StaticHostConfig SwapVolumeConfig",
      "TCPProbeConfig TimeSyncConfig TrustedRootsConfig VLANConfig VRFConfig WatchdogTimerConfig WireguardConfig ZswapConfig",
    ].flatMap((kinds) => kinds.split(" ").map((kind) => [kind, "any" as const])),
  ),
};

/** What an image of Talos is made of, as its image factory reads it. */
export const SCHEMATIC = keys({
  customization: keys("extraKernelArgs meta bootloader", { systemExtensions: keys("officialExtensions"), secureboot: keys("includeWellKnownCertificates") }),
  overlay: keys("image name options"),
});

/** The part of a value whose keys nobody knows, in its place; undefined when there is none. */
export function unknownPart(value: unknown, known: Keys): unknown {
  if (known === "any" || typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const parts = value.map((item) => unknownPart(item, known)).filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts;
  }
  const parts = Object.entries(value).flatMap(([key, inner]) => {
    const below = "map" in known ? known.map : known.keys[key];
    const part = below === undefined ? (inner as unknown) : unknownPart(inner, below);
    return part === undefined ? [] : [[key, part] as const];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}
