import type { KindSchema } from "./index.ts";
import { TEXT, TEXT_MAP, TEXTS } from "./parts.ts";

const SELECTORS = {
  type: "array",
  items: {
    properties: {
      matchLabels: TEXT_MAP,
      matchExpressions: {
        type: "array",
        items: { required: ["key", "operator"], properties: { key: TEXT, operator: { enum: ["DoesNotExist", "Exists", "In", "NotIn"] }, values: TEXTS } },
      },
    },
  },
} as const;

/** MetalLB 0.16 (`metallb.io/v1beta1`), the layer 2 part. */
export const METALLB: Readonly<Record<string, KindSchema>> = {
  "metallb.io/v1beta1/IPAddressPool": {
    scope: "Namespaced",
    schema: {
      required: ["spec"],
      properties: {
        spec: {
          required: ["addresses"],
          properties: {
            addresses: { ...TEXTS, minItems: 1 },
            autoAssign: { type: "boolean" },
            avoidBuggyIPs: { type: "boolean" },
            serviceAllocation: { properties: { priority: { type: "integer" }, namespaces: TEXTS, namespaceSelectors: SELECTORS, serviceSelectors: SELECTORS } },
          },
        },
      },
    },
  },
  "metallb.io/v1beta1/L2Advertisement": {
    scope: "Namespaced",
    schema: {
      properties: {
        spec: { properties: { interfaces: TEXTS, ipAddressPools: TEXTS, ipAddressPoolSelectors: SELECTORS, nodeSelectors: SELECTORS, serviceSelectors: SELECTORS } },
      },
    },
  },
};
