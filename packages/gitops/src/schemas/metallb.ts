import type { KindSchema } from "./index.ts";

const NAMES = { type: "array", items: { type: "string" } } as const;

const SELECTORS = {
  type: "array",
  items: {
    properties: {
      matchLabels: { type: "object", additionalProperties: { type: "string" } },
      matchExpressions: {
        type: "array",
        items: { required: ["key", "operator"], properties: { key: { type: "string" }, operator: { enum: ["DoesNotExist", "Exists", "In", "NotIn"] }, values: NAMES } },
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
            addresses: { ...NAMES, minItems: 1 },
            autoAssign: { type: "boolean" },
            avoidBuggyIPs: { type: "boolean" },
            serviceAllocation: { properties: { priority: { type: "integer" }, namespaces: NAMES, namespaceSelectors: SELECTORS, serviceSelectors: SELECTORS } },
          },
        },
      },
    },
  },
  "metallb.io/v1beta1/L2Advertisement": {
    scope: "Namespaced",
    schema: {
      properties: {
        spec: { properties: { interfaces: NAMES, ipAddressPools: NAMES, ipAddressPoolSelectors: SELECTORS, nodeSelectors: SELECTORS, serviceSelectors: SELECTORS } },
      },
    },
  },
};
