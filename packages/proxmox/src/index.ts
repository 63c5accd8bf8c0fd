export { imageFileName, ProxmoxImage, type ProxmoxImageArgs } from "./image.ts";
export { macAddress } from "./mac.ts";
export { ProxmoxVm, type ProxmoxVmArgs, type VmDisk, type VmNetwork } from "./vm.ts";
export { Provider as ProxmoxProvider } from "@muhlba91/pulumi-proxmoxve";
