import { describe, expect, it } from "vitest";
import { missingClasses } from "./languages.ts";

describe("missingClasses", () => {
  it("finds the component that nobody declares, and none of those that are there", () => {
    const files = ["class ProxmoxVmArgs:\n    pass\n", "class ProxmoxVm(pulumi.ComponentResource):\n    pass\n"];
    expect(missingClasses(["rzp:proxmox:ProxmoxVm", "rzp:argocd:ArgoApp"], files)).toEqual(["ArgoApp"]);
  });
});
