/** Every service of the homelab, by folder; a new folder is a new line here. */
import type { Category } from "@rzp/workload/manifests";
import ai from "./apps/ai/index.ts";
import devTools from "./apps/dev-tools/index.ts";
import homeAutomation from "./apps/home-automation/index.ts";
import mediaAcquisition from "./apps/media/acquisition/index.ts";
import mediaManagement from "./apps/media/management/index.ts";
import mediaStreaming from "./apps/media/streaming/index.ts";
import core from "./core/index.ts";
import backup from "./platform/backup/index.ts";
import databases from "./platform/databases/index.ts";
import observability from "./platform/observability/index.ts";
import posthog from "./platform/observability/posthog/index.ts";
import security from "./platform/security/index.ts";
import sharedConfig from "./shared-config/index.ts";

export const categories: readonly Category[] = [core, security, backup, databases, sharedConfig, mediaAcquisition, mediaStreaming, mediaManagement, homeAutomation, devTools, ai, observability, posthog];
