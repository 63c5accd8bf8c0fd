/** What Longhorn (iSCSI, fstrim) and Proxmox (shutdown, addresses) need of every machine. */
export const DEFAULT_EXTENSIONS: readonly string[] = ["siderolabs/iscsi-tools", "siderolabs/qemu-guest-agent", "siderolabs/util-linux-tools"];

/** Official extensions by name: the catalogue of siderolabs/extensions, September 2026. Not every Talos version has every one of them. */
export const OFFICIAL_EXTENSIONS: readonly string[] = `
  amazon-ena amd-ucode amdgpu binfmt-misc bird2 bnx2-bnx2x btrfs cachefilesd chelsio-drivers chelsio-firmware cloudflared crun ctr drbd dvb-cx23885
  dvb-m88ds3103 dvb-pt3 ecr-credential-provider fuse3 gasket-driver glibc gpio-pinctrl gvisor gvisor-debug hailort harbor-credential-provider
  hyperv-guest-agent i915 intel-hd-audio intel-ice-firmware intel-npu intel-ucode iscsi-tools joydev kata-containers kata-containers-nvidia-gpu-snp
  kata-containers-snp libvirtd lldpd mdadm mei mellanox-mstflint metal-agent multipath-tools nebula netbird newt nfs-server nfs-utils nfsd nfsrahead
  nonfree-kmod-nvidia-lts nonfree-kmod-nvidia-production nut-client nvidia-container-toolkit-lts nvidia-container-toolkit-production
  nvidia-fabricmanager-lts nvidia-fabricmanager-production nvidia-gdrdrv-device nvidia-open-gpu-kernel-modules-lts
  nvidia-open-gpu-kernel-modules-production nvme-cli panfrost px-fuse qemu-guest-agent qlogic-firmware realtek-firmware revpi-firmware rockchip-rknn
  soci-snapshotter spin stargz-snapshotter tailscale tenstorrent thunderbolt trident-iscsi-tools uhid uinput urunc usb-audio-drivers usb-modem-drivers
  util-linux-tools v4l-uvc-drivers vc4 vmtoolsd-guest-agent wasmedge xdma-driver xe xen-guest-agent youki zerotier zfs`
  .trim()
  .split(/\s+/)
  .map((name) => `siderolabs/${name}`);
