/** Every service of the homelab, by folder; a new folder is a new line here. */
import type { Category } from "@rzp/workload/manifests";
import mediaAcquisition from "./apps/media/acquisition/index.ts";
import mediaStreaming from "./apps/media/streaming/index.ts";
import core from "./core/index.ts";
import databases from "./platform/databases/index.ts";
import sharedConfig from "./shared-config/index.ts";

export const categories: readonly Category[] = [core, databases, sharedConfig, mediaAcquisition, mediaStreaming];
